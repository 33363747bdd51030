"""The guard of every view at the staff desk."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.defaults import permission_denied

from organisation.models import User
from organisation.permissions import Permission

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Let in whoever holds one of the permissions; send visitors to the sign-in and refuse the rest with 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not any(request.user.has_perm(permission) for permission in permissions):
                # Answered, not raised: Wagtail would turn it into a redirect to its first page.
                return permission_denied(request, PermissionDenied())
            return view(request, *args, **kwargs)

        return cast(View, guarded)

    return decorate


def member(request: HttpRequest) -> User:
    """Return who is at the desk; behind the guard it is always somebody."""
    if not isinstance(request.user, User):
        raise TypeError("the guard lets only staff come here")
    return request.user
