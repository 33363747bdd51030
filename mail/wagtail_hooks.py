"""The desk's menu item, address and first-page panel for letters, for those who look after the whole."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from mail import desk, desk_reports, panels
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _Letters(MenuItem):
    """For those who read the audit trail or manage the organisation."""

    def is_shown(self, request: HttpRequest) -> bool:
        return _looks_after(request)


def _looks_after(request: HttpRequest) -> bool:
    return request.user.has_perm(Permission.READ_AUDIT) or request.user.has_perm(Permission.MANAGE_ORGANISATION)


def letters_item() -> MenuItem:
    return _Letters(_("Letters"), _address("mail_letters"), name="letters", icon_name="mail", order=915)


def addresses() -> list[URLPattern]:
    return [
        path("letters/", desk.letters, name="mail_letters"),
        path("letters/came-back/", desk_reports.came_back, name="mail_came_back"),
    ]


def letters_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if _looks_after(request):
        on_page.append(panels.LettersPanel())


hooks.register("register_admin_menu_item", letters_item)
hooks.register("register_admin_urls", addresses)
hooks.register("construct_homepage_panels", letters_panel)
