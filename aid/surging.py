"""Many are hit at once: one switch lifts the usual wait, and marks what comes in meanwhile."""

from datetime import datetime, timedelta

from django.db import transaction

from aid import transitions
from aid.models import Case, Surge
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

_WHO = (Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
# Two thirds of a report come in a day as a rule: five in a day, or thirteen in a week, come by chance less than once in
# two years.
_MANY_IN_A_DAY, _MANY_IN_A_WEEK = 5, 13


def current() -> Surge | None:
    """Return the surge that is on."""
    return Surge.objects.filter(ended_at__isnull=True).select_related("began_by").first()


@transaction.atomic
def begin(*, by: User, at: datetime) -> Surge:
    """Switch surge handling on. On already, it stays as it is, also when two people press at once.

    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, *_WHO)
    surge, is_new = Surge.objects.get_or_create(ended_at=None, defaults={"began_at": at, "began_by": by})
    if is_new:
        audit.record(actor=by, action="aid.surge_began", subject=surge, at=at)
    return surge


@transaction.atomic
def end(*, by: User, at: datetime) -> None:
    """Switch surge handling off. What came in meanwhile keeps its mark.

    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, *_WHO)
    surge = Surge.objects.select_for_update().filter(ended_at__isnull=True).first()
    if surge is None:
        return
    surge.ended_at, surge.ended_by = at, by
    surge.save(update_fields=["ended_at", "ended_by"])
    audit.record(actor=by, action="aid.surge_ended", subject=surge, at=at)


def are_unusually_many(*, at: datetime) -> bool:
    """Return whether so many reports came in a day or a week that somebody should look. It says nothing of the cause."""
    sent = Case.objects.filter(person__isnull=False, request__submitted_at__lte=at)
    in_a_day = sent.filter(request__submitted_at__gt=at - timedelta(days=1)).count()
    in_a_week = sent.filter(request__submitted_at__gt=at - timedelta(days=7)).count()
    return in_a_day >= _MANY_IN_A_DAY or in_a_week >= _MANY_IN_A_WEEK
