"""How many readers a letter would reach now, and how many more or fewer that is than last time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from cms.models import Delivery, Sending
from cms.sending import audience
from cms.sending.two_people import Audience

_AT_LEAST = 20
_PART = 10


@dataclass(frozen=True)
class Reach:
    """Readers whom an audience holds now. ``before``: how many were written to last time; none if there was none."""

    letters: int
    left_out: list[tuple[str, int]]
    before: int | None

    @property
    def selected(self) -> int:
        return self.letters + sum(count for _label, count in self.left_out)

    @property
    def is_odd(self) -> bool:
        """A tenth more or fewer than last time, and at least twenty: somebody should look whether the choice is right."""
        difference = abs(self.difference or 0)
        return difference >= _AT_LEAST and difference * _PART > (self.before or 0)

    @property
    def fewer(self) -> int:
        return -(self.difference or 0)

    @property
    def difference(self) -> int | None:
        return None if self.before is None else self.letters - self.before


def reach(wanted: Audience, *, besides: Sending | None, at: datetime) -> Reach:
    """Count whom an audience would reach now.

    :param besides: the sending that asks, which is not its own last time
    """
    found: Any = audience.readers(to=wanted.to, topics=list(wanted.topics), language=wanted.language, at=at)
    # Counted in one walk; grouping would sort all readers.
    reasons = ["", *Delivery.Reason.values]
    counts = {f"for_{reason}": Count("pk", filter=Q(leave_out_for=reason)) for reason in reasons}
    row = found.order_by().aggregate(**counts)
    counted = {reason: row[f"for_{reason}"] for reason in reasons}
    left_out = [(str(Delivery.Reason(reason).label), many) for reason, many in counted.items() if reason and many]
    last = last_time(besides)
    return Reach(counted[""], left_out, last.chosen if last else None)


def last_time(besides: Sending | None) -> Sending | None:
    """Return the last sending that began, other than this one."""
    begun = Sending.objects.filter(started_at__isnull=False)
    if besides is not None:
        begun = begun.exclude(pk=besides.pk)
    return begun.order_by("-started_at").first()
