"""What machines post to us goes straight to its view."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

# As config/urls.py has it.
_ROUTE = "webhooks/"


class Machines:
    """Middleware, the outermost. Behind it stands what only browsers need: sessions, languages, policies, redirects.

    A webhook proves by its signature who posts it, over whatever host, and reads no header of ours. What is no
    webhook's address goes the usual way to its 404.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match = _webhook(request.path_info)
        if match is None:
            return self.get_response(request)
        request.resolver_match = match
        answer: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return answer


def _webhook(path: str) -> ResolverMatch | None:
    if not path.startswith(f"/{_ROUTE}"):
        return None
    try:
        match = resolve(path)
    except Resolver404:
        return None
    # Wagtail's own address takes whatever is left.
    return match if match.route.startswith(_ROUTE) else None
