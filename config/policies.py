"""What a page of ours may load, run, send to and ask of the browser: nothing of another host, nothing inline."""

from typing import Any


def content_security(*, form_targets: list[str]) -> dict[str, Any]:
    """Return the Content Security Policy in django-csp's form.

    :param form_targets: where a form may end besides here, because browsers hold the redirect after a POST to this rule
    """
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": ["'self'"],
            "style-src": ["'self'"],
            "img-src": ["'self'", "data:"],
            "font-src": ["'self'"],
            "connect-src": ["'self'"],
            "manifest-src": ["'self'"],
            "form-action": ["'self'", *form_targets],
            "base-uri": ["'none'"],
            "frame-ancestors": ["'self'"],
        },
    }


PERMISSIONS: dict[str, list[str]] = {
    name: [] for name in ["camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"]
}
