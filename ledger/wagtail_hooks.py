"""Puts the funds on the first page of the desk, for those who see the books."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from ledger import panels
from organisation.permissions import Permission


def funds_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_BOOKS):
        on_page.append(panels.FundsPanel())


hooks.register("construct_homepage_panels", funds_panel)
