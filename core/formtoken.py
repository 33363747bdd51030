"""Guards the POST of public forms without a cookie, so that pages can be cached and visitors stay unmarked.

The screen that holds a form is not cached and carries a signed, ageing token. A POST is taken only with a token of
the right purpose and age, and only if the browser says that it comes from our own pages (Origin, Sec-Fetch-Site).
Another site cannot read our token and its form arrives with a foreign Origin; a script without a browser can take a
token, which is what core.throttle is for.
"""

from datetime import timedelta
from urllib.parse import urlsplit

from django.http import HttpRequest

from core import links

FIELD = "form_token"
MAX_AGE = timedelta(hours=4)


class FormRefused(Exception):
    """The form did not come from a page of ours, or the page is too old. ``reason``: "stale" or "foreign"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def issue(purpose: str) -> str:
    """Return a fresh token for a form, to be put into its hidden field ``form_token``."""
    return links.sign(f"form.{purpose}", purpose)


def check(request: HttpRequest, purpose: str) -> None:
    """Let the POST pass, or say why not.

    :raises FormRefused: "foreign" if another site sent it, "stale" if the token is missing, wrong or too old
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.get_host():
        raise FormRefused("foreign")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise FormRefused("foreign")
    try:
        links.read(f"form.{purpose}", request.POST.get(FIELD, ""), max_age=MAX_AGE)
    except links.LinkRefused as error:
        raise FormRefused("stale") from error
