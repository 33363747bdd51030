"""Stands before every page: without the second factor nothing of the desk opens, whoever's view it is."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode

from organisation import doors
from organisation.models import User
from organisation.permissions import Permission

# A test holds config.urls to these two.
DESK = "/staff/"
ACCOUNT = "/staff/account/"

ANYBODY = {"account_logout", "account_login", "organisation_enrol", "organisation_enrol_done"}
TO_ENROL = {"account_reauthenticate", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"} | ANYBODY
TO_CONFIRM = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"} | ANYBODY
# Of Wagtail's own views, what everybody at the desk needs; the rest is about pages and is for editors.
OF_ALL = {
    "wagtailadmin_home",
    "wagtailadmin_account",
    "wagtailadmin_logout",
    "wagtailadmin_dismissibles",
    "wagtailadmin_sprite",
    "wagtailadmin_javascript_catalog",
}


class Gate:
    """Middleware. Lets a signed-in person on only with the second factor shown in this session.

    Under /staff/ who lacks it is led to enrol or to show it; everywhere else they are treated as a visitor, so that
    previews, private pages and the editor's user bar stay shut as well. Ends sessions after a fixed time.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Visitors have no cookie; asking for their user would make every page vary by cookie.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
            return self.get_response(request)
        return self._of_staff(request, request.user) or self.get_response(request)

    def _of_staff(self, request: HttpRequest, user: User) -> HttpResponseBase | None:
        if time.time() - request.session.setdefault(doors.SIGNED_IN_AT, int(time.time())) > settings.SESSION_COOKIE_AGE:
            logout(request)
            return None
        step = _missing_step(request, user)
        if step and not request.path_info.startswith(DESK):
            request.user = AnonymousUser()
        elif step:
            return _lead_to(step, request)
        elif request.path_info.startswith(DESK) and not _is_account(request):
            _check_right(request, user)
        return None


def _check_right(request: HttpRequest, user: User) -> None:
    """Refuse who has no business at the desk, and Wagtail's screens to all but editors.

    Wagtail lets whoever may enter its admin look through images, documents and the site's history; and who may not
    is sent to the sign-in, which sends them back.
    """
    if not user.has_perm(Permission.DESK):
        raise PermissionDenied
    view = _view_of(request)
    if view.startswith("wagtail") and view not in OF_ALL and not user.has_perm(Permission.EDIT_PAGES):
        raise PermissionDenied


def _missing_step(request: HttpRequest, user: User) -> str | None:
    if not settings.SECOND_FACTOR_REQUIRED:
        return None
    if not doors.has_second_factor(user):
        return "mfa_index"
    return None if doors.showed_second_factor(request, user) else "mfa_reauthenticate"


def _lead_to(step: str, request: HttpRequest) -> HttpResponseBase | None:
    if _view_of(request) in (TO_ENROL if step == "mfa_index" else TO_CONFIRM):
        return None
    if step == "mfa_reauthenticate":
        return HttpResponseRedirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")
    return HttpResponseRedirect(reverse(step))


def _is_account(request: HttpRequest) -> bool:
    return request.path_info.startswith(ACCOUNT) and request.path_info != ACCOUNT


def _view_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
