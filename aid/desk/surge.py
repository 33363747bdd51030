"""The switch for surge handling: its state for the pages that show it, and the two deeds behind it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin.ui.components import Component

from aid import surging
from core.clock import now
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

WHO = (Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)


def state(user: User, *, at: datetime) -> dict[str, Any]:
    """Return what ``aid/desk/surge.html`` shows; it wants it as ``surge``."""
    current = surging.current()
    return {
        "current": current,
        "are_many": current is None and surging.are_unusually_many(at=at),
        "may_switch": any(user.has_perm(permission) for permission in WHO),
    }


class SurgePanel(Component):
    """The switch, on the first page of the desk."""

    name = "surge"
    order = 112
    template_name = "aid/desk/surge_panel.html"

    def __init__(self, user: User) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        # A panel's template sees nothing of the page's context but what it is given.
        shared = {name: parent_context.get(name) for name in ("request", "csrf_token", "organisation")}
        return shared | {"surge": state(self.user, at=now())}


@needs(*WHO)
@never_cache
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Switch it on. Pressed twice, or by two people, it is on once."""
    surging.begin(by=member(request), at=now())
    messages.success(request, _("Surge handling is on. What comes in from now on is marked."))
    return _back(request)


@needs(*WHO)
@never_cache
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Switch it off."""
    surging.end(by=member(request), at=now())
    messages.success(request, _("Surge handling is off."))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """Lead back to where the button was."""
    back = request.POST.get("back", "")
    is_here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if is_here else "aid_cases")
