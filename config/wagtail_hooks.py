"""The desk's first page says whether the books were proved."""

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.ui.components import Component

from config import panels
from organisation.permissions import Permission


def proof_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_BOOKS) or request.user.has_perm(Permission.READ_AUDIT):
        on_page.append(panels.ProofPanel())


hooks.register("construct_homepage_panels", proof_panel)
