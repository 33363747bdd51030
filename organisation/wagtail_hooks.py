"""The desk's look, its help, and the menu items and addresses for people, organisation and audit trail."""

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import DismissibleMenuItem, MenuItem

from organisation import views
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _GuardedItem(MenuItem):
    """A menu item for whoever holds the permission."""

    permission: Permission

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)


class _People(_GuardedItem):
    permission = Permission.MANAGE_PEOPLE


class _Organisation(_GuardedItem):
    permission = Permission.MANAGE_ORGANISATION


class _Trail(_GuardedItem):
    permission = Permission.READ_AUDIT


def addresses() -> list[URLPattern]:
    return [
        path("people/", views.people_list, name="organisation_people"),
        path("people/add/", views.person_add, name="organisation_person_add"),
        path("people/<int:pk>/", views.person, name="organisation_person"),
        path("people/<int:pk>/close/", views.person_act, {"deed": "close"}, name="organisation_person_close"),
        path("people/<int:pk>/reopen/", views.person_act, {"deed": "reopen"}, name="organisation_person_reopen"),
        path("people/<int:pk>/link/", views.person_act, {"deed": "link"}, name="organisation_person_link"),
        path("organisation/", views.organisation, name="organisation_record"),
        path("organisation/entities/add/", views.legal_entity, name="organisation_entity_add"),
        path("organisation/entities/<int:pk>/", views.legal_entity, name="organisation_entity"),
        path("audit/", views.trail, name="organisation_trail"),
    ]


def people_item() -> MenuItem:
    return _People(_("People"), _address("organisation_people"), name="people", icon_name="group", order=900)


def organisation_item() -> MenuItem:
    return _Organisation(
        _("Organisation"), _address("organisation_record"), name="organisation", icon_name="home", order=910
    )


def trail_item() -> MenuItem:
    return _Trail(_("Audit trail"), _address("organisation_trail"), name="audit", icon_name="history", order=920)


def stylesheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("desk.css"))


def own_help(request: HttpRequest, items: list[MenuItem]) -> None:
    """Leave the keyboard shortcuts; Wagtail's news go, and its guide stays for editors, without a badge."""
    guides = [item for item in items if item.name == "editor-guide"]
    items[:] = [item for item in items if not isinstance(item, DismissibleMenuItem)]
    if request.user.has_perm(Permission.EDIT_PAGES):
        attributes = {"target": "_blank", "rel": "noreferrer"}
        items += [MenuItem(_("Guide for editors"), guide.url, icon_name="help", attrs=attributes) for guide in guides]


def second_factor_item(request: HttpRequest) -> dict[str, str]:
    return {
        "url": reverse("mfa_index"),
        "label": str(_("Sign-in")),
        "help_text": str(_("Change your password, your second factor and your recovery codes.")),
    }


hooks.register("register_admin_urls", addresses)
hooks.register("register_admin_menu_item", people_item)
hooks.register("register_admin_menu_item", organisation_item)
hooks.register("register_admin_menu_item", trail_item)
hooks.register("register_account_menu_item", second_factor_item)
hooks.register("insert_global_admin_css", stylesheet)
hooks.register("construct_help_menu", own_help)
