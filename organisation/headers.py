"""What the browser may do on a page, and where the visitor comes from."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from organisation import gate

# Wagtail 7.4's own pages carry inline scripts and styles without a nonce: the known exception, at the desk only.
# Still nothing from another host.
DESK_POLICY = {
    "script-src": ["'self'", "'unsafe-inline'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["'self'"],
    "frame-src": ["'self'"],
    "worker-src": ["'self'", "blob:"],
}

Answer = Callable[[HttpRequest], HttpResponseBase]


class ClientAddress:
    """Middleware. Puts the visitor's address into REMOTE_ADDR, as far as our own proxies vouch for it.

    ``TRUSTED_PROXIES`` proxies each append the address they saw to X-Forwarded-For; what stands before those was
    written by the visitor and is not believed.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        proxies: int = settings.TRUSTED_PROXIES
        seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        if proxies and len(seen) >= proxies:
            request.META["REMOTE_ADDR"] = seen[-proxies]
        return self.get_response(request)


class DeskPolicy:
    """Middleware. Gives the pages of the desk, and only those, the looser policy that Wagtail needs."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        path = request.path_info
        # Sign-in and second factor are our own templates and stay strict.
        if path.startswith(gate.DESK) and (path == gate.ACCOUNT or not path.startswith(gate.ACCOUNT)):
            response._csp_replace = DESK_POLICY  # type: ignore[attr-defined]  # django-csp's hook for one response
        return response
