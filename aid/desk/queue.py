"""The piles of requests on the desk: what waits for whom, what is late, what did not arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import access
from aid.models import AidRequest
from aid.statuses import OPEN, Status
from organisation.models import User


@dataclass(frozen=True)
class Pile:
    """Requests that belong together. ``statuses``: all that can lie in it; ``is_urgent``: shown first, if not empty."""

    slug: str
    label: str | Promise
    statuses: frozenset[Status]
    asks: Callable[[User, date], Q]
    is_urgent: bool = False


def _in(*statuses: Status) -> Callable[[User, date], Q]:
    return lambda user, today: Q(status__in=statuses)


_TO_DECIDE = (Status.RECOMMENDED_GRANT, Status.RECOMMENDED_DECLINE)
# Where a pile is one status, its slug is that status.
PILES = [
    Pile("overdue", _("overdue"), OPEN, lambda user, today: Q(status__in=OPEN, due_on__lt=today), is_urgent=True),
    Pile(
        "not-arrived",
        _("did not arrive"),
        frozenset({Status.PAID}),
        lambda user, today: Q(status=Status.PAID, is_missing=True),
        is_urgent=True,
    ),
    Pile("received", _("received"), frozenset({Status.RECEIVED}), _in(Status.RECEIVED)),
    Pile("in_review", _("in review"), frozenset({Status.IN_REVIEW}), _in(Status.IN_REVIEW)),
    Pile(
        "mine",
        _("in review by you"),
        frozenset({Status.IN_REVIEW}),
        lambda user, today: Q(status=Status.IN_REVIEW, taken_by=user),
    ),
    Pile("to-decide", _("to decide"), frozenset(_TO_DECIDE), _in(*_TO_DECIDE)),
    Pile("approved", _("to pay"), frozenset({Status.APPROVED}), _in(Status.APPROVED)),
]


def piles_of(user: User) -> list[Pile]:
    """Return the piles with which this person works."""
    seen = access.statuses_visible_to(user)
    return [pile for pile in PILES if pile.statuses & seen]


def counts(user: User, *, today: date) -> list[tuple[Pile, int]]:
    """Return how many requests that this person may see lie in each of their piles. One query."""
    piles = piles_of(user)
    sums = access.visible_to(user).aggregate(
        **{f"pile_{place}": Count("pk", filter=pile.asks(user, today)) for place, pile in enumerate(piles)}
    )
    return [(pile, sums[f"pile_{place}"]) for place, pile in enumerate(piles)]


def choices(user: User) -> list[tuple[str, str | Promise]]:
    """Return what the queue can be narrowed to: piles, then single statuses."""
    piles: list[tuple[str, str | Promise]] = [(pile.slug, pile.label) for pile in piles_of(user)]
    named = {slug for slug, _label in piles}
    seen = access.statuses_visible_to(user)
    return piles + [(s.value, s.label) for s in Status if s in seen and s.value not in named]


def narrowed(user: User, slug: str, *, today: date) -> QuerySet[AidRequest]:
    """Return the requests of a pile or a status; for any other word, all that wait for somebody."""
    visible = access.visible_to(user)
    for pile in PILES:
        if pile.slug == slug:
            return visible.filter(pile.asks(user, today))
    if slug in Status.values:
        return visible.filter(status=slug)
    # The worker was told that somebody looks into money that did not arrive: it waits like the rest.
    return visible.filter(Q(status__in=OPEN) | Q(status=Status.PAID, is_missing=True))
