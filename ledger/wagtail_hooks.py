"""The desk's menu item, addresses and first-page panel for funds."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from ledger import panels
from ledger.desk import funds
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _Funds(MenuItem):
    """For those who see the books."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_BOOKS)


def funds_item() -> MenuItem:
    return _Funds(_("Funds"), _address("ledger_funds"), name="funds", icon_name="folder-inverse", order=300)


def addresses() -> list[URLPattern]:
    return [
        path("funds/", funds.funds, name="ledger_funds"),
        path("funds/add/", funds.fund, name="ledger_fund_add"),
        path("funds/<slug:slug>/", funds.fund, name="ledger_fund"),
    ]


def funds_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_BOOKS):
        on_page.append(panels.FundsPanel())


hooks.register("register_admin_menu_item", funds_item)
hooks.register("register_admin_urls", addresses)
hooks.register("construct_homepage_panels", funds_panel)
