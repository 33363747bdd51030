"""How much anybody may post before somebody reads it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve

# The longest form of a visitor is a story of some pages.
MOST_BYTES = 1024 * 1024
_MOST_FIGURES = 20


class ShortPosts:
    """Middleware. Refuses a long body unread; only who is signed in sends files.

    Django's own limit does not count files: it would write them to the disk, for any form, before the form is asked.
    A view that looks at the length before it reads, and says so by ``refuses_long_posts``, answers in its own words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        # Asking who it is makes the answer vary by cookie, so it comes last.
        # Python reads no number of thousands of figures.
        is_long = length.isdecimal() and (len(length) > _MOST_FIGURES or int(length) > MOST_BYTES)
        if is_long and not _answers_itself(request) and not request.user.is_authenticated:
            return HttpResponse("too big\n", status=413, content_type="text/plain")
        return self.get_response(request)


def _answers_itself(request: HttpRequest) -> bool:
    try:
        return hasattr(resolve(request.path_info).func, "refuses_long_posts")
    except Resolver404:
        return False
