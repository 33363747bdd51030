"""For how many days each class of data is kept: a row that operators change, or what a group starts with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from aid import transitions
from aid.classes import DEFAULT_DAYS, FLOOR_DAYS, DataClass
from aid.models import RetentionRule
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission

# A hundred years: longer than any law asks for, and still a date that every program can count to.
LONGEST = 36_500


class NoSuchTime(Exception):
    """It is below what the class is kept for at least, or longer than a hundred years."""


@dataclass(frozen=True)
class Rule:
    """How long one class is kept now, at least, and what a group starts with."""

    data_class: DataClass
    days: int
    floor_days: int
    default_days: int


def days(data_class: DataClass) -> int:
    """Return for how many days this class is kept: never less than its floor, whatever the row says."""
    rule = RetentionRule.objects.filter(pk=data_class).first()
    return max(rule.days if rule else DEFAULT_DAYS[data_class], FLOOR_DAYS[data_class])


def before(data_class: DataClass, *, at: datetime) -> datetime:
    """Return the moment before which what counts from it has outlived its time."""
    return at - timedelta(days=days(data_class))


def rules() -> list[Rule]:
    """Return how long each class is kept."""
    changed = dict(RetentionRule.objects.values_list("data_class", "days"))
    return [
        Rule(each, max(changed.get(each, default), FLOOR_DAYS[each]), FLOOR_DAYS[each], default)
        for each, default in DEFAULT_DAYS.items()
    ]


@transaction.atomic
def change(*, data_class: DataClass, days: int, by: User, at: datetime) -> None:
    """Keep a class for so many days from now on, also what is there already. It is in the audit trail.

    :raises NoSuchTime: if it is below the class's floor, or more than a hundred years
    :raises transitions.NotAllowed: see there
    """
    transitions.require(by, Permission.OVERSEE_CASES, Permission.MANAGE_ORGANISATION)
    if not FLOOR_DAYS[data_class] <= days <= LONGEST:
        raise NoSuchTime
    rule, is_new = RetentionRule.objects.select_for_update().get_or_create(
        pk=data_class, defaults={"days": DEFAULT_DAYS[data_class]}
    )
    if rule.days == days and not is_new:
        return  # It is so already.
    reason = f"{rule.days}:{days}"
    rule.days = days
    rule.save(update_fields=["days"])
    audit.record(actor=by, action="aid.keeping_changed", subject=rule, reason=reason, at=at)
