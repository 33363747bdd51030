"""What every screen of the staff desk has around its content: where one is, the way back, and a list's filters."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

# The name of an address, and the words of the link to it.
Above = tuple[str, str | Promise]


def show(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    context: Mapping[str, Any],
    above: Sequence[Above] = (),
    status: int = 200,
) -> HttpResponse:
    """Answer with a screen whose template extends ``organisation/desk/screen.html``.

    :param above: the screens that lead to this one, the first page of the desk aside
    """
    filters = request.GET.copy()
    filters.pop("page", None)
    way: list[Above] = [("wagtailadmin_home", _("Home")), *above]
    page: dict[str, Any] = {
        "page_title": title,
        "header_title": " - ".join([title, *(str(words) for _name, words in reversed(above))]),
        "way_back": [{"url": reverse(name), "label": words} for name, words in way] + [{"url": None, "label": title}],
        "filters": filters.urlencode(),
    }
    return render(request, template, page | dict(context), status=status)
