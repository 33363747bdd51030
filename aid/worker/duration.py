"""How long it takes to apply, by a rule, so that the number on the page is not a wish.

Reading what a question asks and typing an answer count 200 characters a minute: slow, as on a small screen in a
language that is not one's own. Each question takes 5 seconds more, to think. What is read is the question with its
labels, hints and choices; the lines beside it (why, who sees it, by when) are there for whoever doubts, and the button,
which is the same on each page, is read once. The seven words and the last page count too.
"""

import math
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _

from aid.models import AidRequest
from aid.worker import pages
from aid.worker.forms import mark_optional
from aid.worker.pages import Page

CHARACTERS_A_MINUTE = 200
SECONDS_A_QUESTION = 5
# How much people type where they type at all. The story is two short sentences; seven words are written down by hand.
TYPED = {
    "requester": 16,
    "hits_rejected": 3,
    "lost": 5,
    "before": 4,
    "after": 4,
    "happened_on": 8,
    "notice": 60,
    "worker_id": 14,
    "amount": 3,
    "story": 120,
    "pay_to": 24,
    "email": 22,
}
_WORDS_BY_HAND = 45


def minutes(asked: Iterable[Page], request: AidRequest) -> int:
    """Return the minutes for these questions, rounded up, in the language of the page.

    :param request: any request of the fund: it need not be saved
    """
    once = [
        _("Save and go on"),
        _("Write down these seven words"),
        _("I wrote them down"),
        _("Go on"),
        _("Is this right?"),
    ]
    characters, questions = _WORDS_BY_HAND + sum(map(len, [*once, _("Send my request")])), 1
    for page in asked:
        form = page.make_form(request)
        mark_optional(form)
        characters += len(str(page.question)) + sum(map(_of_field, form))
        questions += len(form.fields)
    return math.ceil(characters / CHARACTERS_A_MINUTE + questions * SECONDS_A_QUESTION / 60)


def of_report(request: AidRequest) -> int:
    """Return the minutes for a report without money."""
    return minutes((page for page in pages.PAGES if page not in pages.MONEY and page not in pages.REJECTION), request)


def of_aid(request: AidRequest) -> int:
    """Return the minutes for whoever asks for money as well."""
    return minutes((page for page in pages.PAGES if page not in pages.REJECTION), request)


def of_rejection(request: AidRequest) -> int:
    """Return the minutes for whoever answers everything there is."""
    return minutes(pages.PAGES, request)


def _of_field(field: forms.BoundField) -> int:
    choices = getattr(field.field, "choices", [])
    said = [str(field.label), str(field.help_text), *(str(label) for _value, label in choices)]
    return sum(map(len, said)) + TYPED.get(field.name, 0)
