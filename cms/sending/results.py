"""What became of the letters of a sending, in numbers that add up to those who were selected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max

from cms.models import Delivery, Sending

State = Delivery.State

# In the order in which they are read. Each row is in exactly one.
TRIED = [State.ACCEPTED, State.BOUNCED, State.COMPLAINED, State.REFUSED, State.UNCERTAIN]
OPEN = [State.QUEUED, State.SENDING]
_MOST_SPANS = 24
_SPANS = [1, 2, 5, 10, 30, 60, 120, 360, 720, 1440]


@dataclass(frozen=True)
class Line:
    """So many rows in one state, and, if left out, for one reason."""

    state: str
    reason: str
    label: str
    count: int


@dataclass(frozen=True)
class Results:
    """The rows of a sending by what became of them. ``selected`` was stored when they were written."""

    selected: int
    lines: list[Line]
    unsubscribed: int
    last_at: datetime | None

    def of(self, *states: str) -> int:
        """Return how many are in one of these states."""
        return sum(line.count for line in self.lines if line.state in states)

    @property
    def tried(self) -> list[Line]:
        return [line for line in self.lines if line.state in TRIED]

    @property
    def open(self) -> list[Line]:
        return [line for line in self.lines if line.state in OPEN]

    @property
    def left_out(self) -> list[Line]:
        return [line for line in self.lines if line.state == State.LEFT_OUT]

    @property
    def sent(self) -> int:
        """Letters that were handed to the mail server, whatever it said."""
        return self.of(*TRIED)

    @property
    def waiting(self) -> int:
        return self.of(*OPEN)

    @property
    def of_uncertain(self) -> int:
        return self.of(State.UNCERTAIN)

    @property
    def excluded(self) -> int:
        return self.of(State.LEFT_OUT)

    @property
    def adds_up(self) -> bool:
        return self.selected == self.sent + self.waiting + self.excluded

    @property
    def to_send(self) -> int:
        """Letters that left or shall leave: what the progress is counted against."""
        return self.sent + self.waiting

    @property
    def percent(self) -> int:
        return 100 * self.sent // self.to_send if self.to_send else 100


def of(sending: Sending) -> Results:
    """Count the rows of a sending that has begun, in one query."""
    counted = (
        Delivery.objects.filter(sending=sending)
        .values("state", "reason")
        .annotate(letters=Count("pk"), unsubscribed=Count("unsubscribed_at"), last=Max("settled_at"))
    )
    rows = {(row["state"], row["reason"]): row for row in counted.order_by()}
    places = [(state, "") for state in [*TRIED, *OPEN]] + [(State.LEFT_OUT, reason) for reason in Delivery.Reason]
    lines = [
        Line(str(state), str(reason), _label(str(state), str(reason)), rows[str(state), str(reason)]["letters"])
        for state, reason in places
        if (str(state), str(reason)) in rows
    ]
    times = [row["last"] for row in rows.values() if row["last"] and row["state"] != State.LEFT_OUT]
    return Results(
        selected=sending.selected or 0,
        lines=lines,
        unsubscribed=sum(row["unsubscribed"] for row in rows.values()),
        last_at=max(times, default=None),
    )


def _label(state: str, reason: str) -> str:
    return str(Delivery.Reason(reason).label if reason else State(state).label)


@dataclass(frozen=True)
class Span:
    """What happened from ``start`` on, for ``minutes``."""

    start: datetime
    minutes: int
    accepted: int
    refused: int


def over_time(sending: Sending, *, until: datetime) -> list[Span]:
    """Return how many letters the mail server took and refused, in at most 24 equal spans since the beginning."""
    if sending.started_at is None:
        return []
    lasted = max(timedelta(minutes=1), until - sending.started_at)
    minutes = next((span for span in _SPANS if lasted <= _MOST_SPANS * timedelta(minutes=span)), 0)
    minutes = minutes or -(-int(lasted.total_seconds()) // (60 * _MOST_SPANS))
    with connection.cursor() as cursor:
        cursor.execute(_OVER_TIME, [minutes, sending.started_at, sending.pk])
        found = {start: (accepted, refused) for start, accepted, refused in cursor.fetchall()}
    return list(_filled(found, sending.started_at, until, minutes))


# A letter that came back was taken before.
_OVER_TIME = """
SELECT date_bin(make_interval(mins => %s), settled_at, %s) AS start, count(*) FILTER (WHERE state <> 'refused'),
    count(*) FILTER (WHERE state = 'refused')
FROM cms_delivery
WHERE sending_id = %s AND settled_at IS NOT NULL AND state IN ('accepted', 'bounced', 'complained', 'refused')
GROUP BY start
"""


def _filled(found: dict[datetime, tuple[int, int]], first: datetime, until: datetime, minutes: int) -> Iterator[Span]:
    start = first
    while start <= until:
        accepted, refused = found.get(start, (0, 0))
        yield Span(start, minutes, accepted, refused)
        start += timedelta(minutes=minutes)
