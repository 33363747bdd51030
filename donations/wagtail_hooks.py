"""The desk's menu items and addresses for gifts, receipts and Stripe."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component

from donations import desk, desk_offline, panels
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _GiftsItem(MenuItem):
    """For those who see gifts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_GIFTS)


class _EntryItem(MenuItem):
    """For those who enter gifts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.MANAGE_GIFTS)


class _ReceiptsItem(MenuItem):
    """For those who see gifts or manage receipts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_GIFTS) or request.user.has_perm(Permission.MANAGE_RECEIPTS)


def addresses() -> list[URLPattern]:
    return [
        path("gifts/", desk.gifts, name="donations_gifts"),
        path("gifts/monthly/", desk.monthly, name="donations_monthly"),
        path("gifts/enter/", desk_offline.enter, name="donations_offline"),
        path("gifts/enter/file/", desk_offline.file, name="donations_offline_file"),
        path("gifts/gift/<slug:reference>/receipt/", desk_offline.issue_receipt, name="donations_offline_receipt"),
        path("gifts/gift/<slug:reference>/back/", desk_offline.take_back, name="donations_offline_back"),
        path("gifts/receipts/", desk.receipts, name="donations_receipts"),
        path("gifts/receipts/<slug:number>.pdf", desk.receipt_pdf, name="donations_receipt_pdf"),
        path("gifts/stripe/", desk.stripe, name="donations_stripe"),
        path("gifts/stripe/events/<int:pk>/replay/", desk.replay, name="donations_replay"),
        path("gifts/stripe/held/<int:pk>/close/", desk.close_held, name="donations_close_held"),
        path("gifts/gift/<slug:reference>/", desk.gift, name="donations_gift"),
    ]


def gifts_menu() -> MenuItem:
    items = [
        _GiftsItem(_("All gifts"), _address("donations_gifts"), name="all-gifts", order=10),
        _GiftsItem(_("Monthly gifts"), _address("donations_monthly"), name="monthly-gifts", order=20),
        _EntryItem(_("Enter a gift"), _address("donations_offline"), name="enter-gift", order=25),
        _ReceiptsItem(_("Receipts"), _address("donations_receipts"), name="receipts", order=30),
        _GiftsItem(_("From Stripe"), _address("donations_stripe"), name="from-stripe", order=40),
    ]
    return SubmenuMenuItem(_("Gifts"), Menu(items=items), name="gifts", icon_name="pick", order=300)


def gifts_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_GIFTS):
        on_page.append(panels.GiftsPanel())


hooks.register("construct_homepage_panels", gifts_panel)
hooks.register("register_admin_urls", addresses)
hooks.register("register_admin_menu_item", gifts_menu)
