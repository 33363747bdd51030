"""The piles of requests on the desk: what waits for whom, what is late, what did not arrive."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import access, signs
from aid.models import AidRequest, Hold, Message
from aid.statuses import OPEN, Status
from organisation.models import User
from organisation.permissions import Permission

Asks = Callable[[User, datetime], Q]


@dataclass(frozen=True)
class Pile:
    """Requests that belong together.

    ``statuses``: all that can lie in it; ``is_urgent``: shown first; ``is_rare``: shown at home only if not empty, as
    urgent ones are; ``answers``: only for those who answer workers.
    """

    slug: str
    label: str | Promise
    statuses: frozenset[Status]
    asks: Asks
    is_urgent: bool = False
    is_rare: bool = False
    answers: bool = False


def _in(*statuses: Status) -> Asks:
    return lambda user, at: Q(status__in=statuses)


def _held(user: User, at: datetime) -> Q:
    return Q(pk__in=_holds(at).values("request"))


def _holds(at: datetime) -> QuerySet[Hold]:
    return Hold.objects.filter(lifted_at__isnull=True, until__gt=at)


def _unanswered(user: User, at: datetime) -> Q:
    """The worker has the last word."""
    later = Message.objects.filter(case=OuterRef("case"), sender=Message.Sender.STAFF, at__gt=OuterRef("at"))
    return Q(case__in=Message.objects.filter(~Exists(later), sender=Message.Sender.WORKER).values("case"))


def _only(status: Status, **more: bool) -> Pile:
    """A pile that is one status: its slug is that status."""
    return Pile(status.value, status.label, frozenset({status}), _in(status), **more)


_SENT_IN = frozenset(Status) - {Status.DRAFT}
_TO_DECIDE = (Status.RECOMMENDED_GRANT, Status.RECOMMENDED_DECLINE, Status.PARTLY_APPROVED)
_IN_HAND = (Status.IN_REVIEW, Status.NEEDS_INFO, Status.EXPIRED)
_TO_TAKE = (Status.RECEIVED, Status.APPEALED)
PILES = [
    Pile("overdue", _("overdue"), OPEN, lambda user, at: Q(status__in=OPEN, due_on__lt=at.date()), is_urgent=True),
    Pile(
        "not-arrived",
        _("did not arrive"),
        frozenset({Status.PAID}),
        lambda user, at: Q(status=Status.PAID, is_missing=True),
        is_urgent=True,
    ),
    Pile("unanswered", _("message not answered"), _SENT_IN, _unanswered, is_urgent=True, answers=True),
    _only(Status.RECEIVED),
    _only(Status.IN_REVIEW),
    Pile(
        "mine",
        _("in review by you"),
        frozenset(_IN_HAND),
        lambda user, at: Q(status__in=_IN_HAND, taken_by=user),
    ),
    Pile(
        "nobodys",
        _("nobody has it"),
        frozenset(_IN_HAND),
        lambda user, at: Q(status__in=_TO_TAKE) | Q(status__in=_IN_HAND, taken_by__isnull=True),
        is_rare=True,
    ),
    _only(Status.NEEDS_INFO, is_rare=True),
    _only(Status.EXPIRED, is_rare=True),
    _only(Status.APPEALED, is_rare=True),
    Pile("to-decide", _("to decide"), frozenset(_TO_DECIDE), _in(*_TO_DECIDE)),
    _only(Status.PARTLY_APPROVED, is_rare=True),
    Pile("approved", _("to pay"), frozenset({Status.APPROVED}), _in(Status.APPROVED)),
    Pile("on-hold", _("on hold"), _SENT_IN, _held, is_rare=True),
]


def answers_workers(user: User) -> bool:
    return user.has_perm(Permission.REVIEW_CASES) or user.has_perm(Permission.OVERSEE_CASES)


def piles_of(user: User) -> list[Pile]:
    """Return the piles with which this person works."""
    seen = access.statuses_visible_to(user)
    return [pile for pile in PILES if pile.statuses & seen and (answers_workers(user) or not pile.answers)]


def counts(user: User, *, at: datetime) -> list[tuple[Pile, int]]:
    """Return how many requests that this person may see lie in each of their piles. One query."""
    piles = piles_of(user)
    sums = access.visible_to(user).aggregate(
        **{f"pile_{place}": Count("pk", filter=pile.asks(user, at)) for place, pile in enumerate(piles)}
    )
    return [(pile, sums[f"pile_{place}"]) for place, pile in enumerate(piles)]


def choices(user: User) -> list[tuple[str, str | Promise]]:
    """Return what the queue can be narrowed to: piles, then single statuses."""
    piles: list[tuple[str, str | Promise]] = [(pile.slug, pile.label) for pile in piles_of(user)]
    named = {slug for slug, _label in piles}
    seen = access.statuses_visible_to(user)
    return piles + [(s.value, s.label) for s in Status if s in seen and s.value not in named]


def narrowed(user: User, slug: str, *, at: datetime) -> QuerySet[AidRequest]:
    """Return the requests of a pile or a status; for any other word, all that wait for somebody."""
    visible = access.visible_to(user)
    for pile in PILES:
        if pile.slug == slug:
            return visible.filter(pile.asks(user, at)) if pile in piles_of(user) else visible.none()
    if slug in Status.values:
        return visible.filter(status=slug)
    # The worker was told that somebody looks into money that did not arrive: it waits like the rest.
    waits = Q(status__in=OPEN) | Q(status=Status.PAID, is_missing=True)
    return visible.filter(waits | _unanswered(user, at) if answers_workers(user) else waits)


def marked(rows: QuerySet[AidRequest], user: User, *, at: datetime) -> QuerySet[AidRequest]:
    """Put beside each row whether it is on hold, has a word of the worker that nobody saw, and what looks like it."""
    unseen = Message.objects.filter(case=OuterRef("case"), sender=Message.Sender.WORKER, seen_at__isnull=True)
    return signs.alike_beside(rows, user).annotate(
        is_held=Exists(_holds(at).filter(request=OuterRef("pk"))), has_new_word=Exists(unseen)
    )
