"""How the readers' pages answer: nobody keeps them, no search engine lists them, none sets a cookie."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from core import formtoken

PURPOSE = "newsletter.form"


def quiet(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view's answers ones that nobody keeps and no search engine lists; without Django's cookie for forms.

    Forms whose address or hidden field is a signed link need no other token: who has the link may.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(csrf_exempt(answer))


def page(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a readers' page. What its address asks for is nothing to pass on to the page in another language."""
    return render(request, f"cms/readers/{name}.html", {"forgets_query": True} | context, status=status)


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the POST comes from a form of ours that is not too old.

    :raises PermissionDenied: if another site sent it
    """
    try:
        formtoken.check(request, PURPOSE)
    except formtoken.FormRefused as refused:
        if refused.reason == "foreign":
            raise PermissionDenied from refused
        return False
    return True
