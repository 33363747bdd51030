"""Puts the cases on the staff desk, for those who work with them."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from aid.desk import acknowledging, addresses, cases, files, panels, stepping_back, steward, surge, waiting
from aid.desk.steps import STEPS
from organisation.models import User
from organisation.permissions import Permission


class CasesMenuItem(MenuItem):
    """Shown to those who see cases."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_CASES)


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]  # Wagtail has no types
def cases_menu_item() -> MenuItem:
    return CasesMenuItem(_("Cases"), reverse("aid_cases"), name="cases", icon_name="folder-open-inverse", order=150)


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]  # Wagtail has no types
def cases_urls() -> list[URLPattern]:
    return [
        path("aid/cases/", waiting.cases, name="aid_cases"),
        path("aid/cases/acknowledge/", acknowledging.acknowledge, name="aid_acknowledge"),
        path("aid/cases/step-back/", stepping_back.step_back, name="aid_step_back"),
        path("aid/cases/<uuid:pk>/", cases.case, name="aid_case"),
        path("aid/cases/<uuid:pk>/open/", cases.open_detail, name="aid_case_open"),
        path("aid/cases/<uuid:pk>/lift/<uuid:hold>/", cases.lift, name="aid_case_lift"),
        path("aid/cases/<uuid:pk>/alike/<uuid:other>/", cases.alike, name="aid_case_alike"),
        path("aid/cases/<uuid:pk>/files/<uuid:file_id>/", files.file, name="aid_case_file"),
        *(
            path(f"aid/cases/<uuid:pk>/{step.slug}/", cases.step_view(step), name=f"aid_case_{step.slug}")
            for step in STEPS
        ),
        *addresses.URLS,
    ]


@hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]  # Wagtail has no types
def aid_menu() -> MenuItem:
    return addresses.menu()


@hooks.register("construct_homepage_panels")  # type: ignore[untyped-decorator]  # Wagtail has no types
def cases_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if isinstance(request.user, User) and request.user.has_perm(Permission.SEE_CASES):
        on_page.append(panels.CasesPanel(request.user))
        on_page.append(surge.SurgePanel(request.user))
    if isinstance(request.user, User) and request.user.has_perm(Permission.OVERSEE_CASES):
        on_page.append(steward.StewardPanel(request.user))
