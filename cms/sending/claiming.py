"""The one statement of the engine: writes down what became of the letter in flight, and takes the next, in one commit.

It runs in autocommit on its own. Either both are true afterwards or neither is; a worker never has more than one letter
in flight, and none that is not marked. The reader's address and state come with the claim: who left, paused or was
suppressed since the readers were frozen is left out here, with the reason, and gets no letter. When it was claimed is told
by the clock of the database, the one that all machines share (``uncertain.mark`` looks at it too).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from django.db import connection
from django.db.models import F

from cms.models import Delivery
from mail import pacing

_START = (datetime(1970, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True)
class Claim:
    """A letter that is this worker's. With a ``reason`` it was left out, and there is no letter to send."""

    delivery: int
    sending: int
    domain: str
    language: str
    attempts: int
    claimed_at: datetime
    reason: str
    email: str
    key: uuid.UUID
    is_recovering: bool


@dataclass(frozen=True)
class Outcome:
    """What became of a claimed letter. ``due_at``: when it is tried again; ``untried``: nobody saw it, it counts as no attempt."""

    claim: Claim
    state: str
    answer: str = ""
    settled_at: datetime | None = None
    due_at: datetime | None = None
    untried: bool = False


@dataclass(frozen=True)
class Moment:
    """When it is: ``at`` by our clock (what is due), ``wall`` by the wall clock (paces), ``today`` for pauses."""

    at: datetime
    wall: datetime
    today: date


@dataclass(frozen=True)
class Taken:
    """What the statement found. ``letters_wait``: single letters are due, and go first; then nothing was claimed."""

    claim: Claim | None
    was_settled: bool
    letters_wait: bool


# A human may have decided on an uncertain letter meanwhile; then what the worker learns late changes nothing. That it was
# accepted is news as long as nobody has.
_SETTLE_AND_CLAIM = """
WITH letters AS MATERIALIZED (
    SELECT EXISTS (SELECT FROM mail_outgoingemail WHERE state = 'queued' AND due_at <= %(at)s) AS wait
),
settled AS (
    UPDATE cms_delivery SET state = %(state)s, answer = %(answer)s, settled_at = %(settled_at)s::timestamptz,
        due_at = coalesce(%(due_at)s::timestamptz, due_at), attempts = attempts - %(untried)s::int
    WHERE id = %(delivery)s::bigint AND claimed_at = %(claimed_at)s::timestamptz AND claimed_by = %(worker)s
        AND (state = 'sending' OR (state = 'uncertain' AND %(state)s = 'accepted'))
    RETURNING id
),
due AS MATERIALIZED (
    SELECT d.id, d.subscriber_id, d.due_at
    FROM cms_delivery d
    WHERE d.sending_id = %(sending)s AND d.state = 'queued' AND d.due_at <= %(at)s
        AND (d.due_at, d.id) > (%(after_due)s, %(after_id)s)
        AND EXISTS (SELECT FROM cms_sending WHERE id = %(sending)s AND state = 'sending')
        AND NOT (SELECT wait FROM letters)
        AND NOT EXISTS (
            SELECT FROM mail_pace p WHERE p.domain IN ('', d.domain) AND (p.rests_until > %(wall)s OR (
                p.minute = %(minute)s AND p.count >= CASE p.domain WHEN '' THEN %(most)s ELSE %(most_for_domain)s END
            ))
        )
    ORDER BY d.due_at, d.id LIMIT 1
    FOR UPDATE OF d SKIP LOCKED
),
reader AS MATERIALIZED (
    SELECT due.id, due.due_at, s.email, s.key, CASE
        WHEN s.id IS NULL OR s.state <> 'active' THEN 'left'
        WHEN s.paused_until > %(today)s THEN 'paused'
        WHEN EXISTS (SELECT FROM mail_suppression WHERE address_index = s.address_index) THEN 'suppressed'
        ELSE '' END AS reason
    FROM due LEFT JOIN cms_subscriber s ON s.id = due.subscriber_id
),
taken AS (
    UPDATE cms_delivery d SET state = CASE reader.reason WHEN '' THEN 'sending' ELSE 'left_out' END,
        reason = reader.reason, claimed_at = statement_timestamp(), claimed_by = %(worker)s,
        attempts = d.attempts + CASE reader.reason WHEN '' THEN 1 ELSE 0 END,
        settled_at = CASE reader.reason WHEN '' THEN NULL ELSE %(at)s END
    FROM reader WHERE d.id = reader.id
    RETURNING d.id, d.domain, d.language, d.attempts, d.claimed_at, reader.reason, reader.email, reader.key, reader.due_at,
        EXISTS (SELECT FROM mail_pace WHERE domain IN ('', d.domain) AND refusals > 0) AS is_recovering
)
SELECT EXISTS (SELECT FROM settled), letters.wait, taken.* FROM letters LEFT JOIN taken ON true
"""
_SETTLE = """
UPDATE cms_delivery SET state = %(state)s, answer = %(answer)s, settled_at = %(settled_at)s::timestamptz,
    due_at = coalesce(%(due_at)s::timestamptz, due_at), attempts = attempts - %(untried)s::int
WHERE id = %(delivery)s AND claimed_at = %(claimed_at)s AND claimed_by = %(worker)s
    AND (state = 'sending' OR (state = 'uncertain' AND %(state)s = 'accepted'))
"""
_NO_LIMIT = 2**31 - 1


class Claims:
    """One worker's claims on one sending. Looks on from its last claim, so that what is done is not passed again and again."""

    def __init__(self, *, worker: str, sending: int) -> None:
        self.worker = worker
        self.sending = sending
        self._after = _START
        limits = pacing.limits()
        self._most = (limits.in_all or _NO_LIMIT, limits.for_each_domain or _NO_LIMIT)

    def settle_and_take(self, outcome: Outcome | None, moment: Moment) -> Taken:
        """Write down an outcome, if there is one, and claim the next letter, if one is due and may leave."""
        taken = self._statement(outcome, moment)
        if taken.claim is None and not taken.letters_wait and self._after != _START:
            # What was put back lies before.
            self._after = _START
            again = self._statement(None, moment)
            taken = replace(again, was_settled=taken.was_settled)
        return taken

    def _statement(self, outcome: Outcome | None, moment: Moment) -> Taken:
        row = _execute(
            _SETTLE_AND_CLAIM,
            _settling(outcome, self.worker)
            | {
                "sending": self.sending,
                "at": moment.at,
                "wall": moment.wall,
                "minute": pacing.minute(moment.wall),
                "today": moment.today,
                "after_due": self._after[0],
                "after_id": self._after[1],
                "most": self._most[0],
                "most_for_domain": self._most[1],
            },
        ).fetchall()[0]
        was_settled, letters_wait, delivery, domain, language, attempts, claimed_at, *rest = row
        if delivery is None:
            return Taken(None, was_settled, letters_wait)
        reason, email, key, due_at, is_recovering = rest
        self._after = (due_at, delivery)
        claim = Claim(
            delivery, self.sending, domain, language, attempts, claimed_at, reason, email or "", key, is_recovering
        )
        return Taken(claim, was_settled, letters_wait)


def settle(outcome: Outcome, *, worker: str) -> bool:
    """Write down an outcome without claiming anything; returns whether the letter was still this worker's."""
    return bool(_execute(_SETTLE, _settling(outcome, worker)).rowcount)


def give_back(*, worker: str) -> None:
    """Put back what a lost answer of the database left in this worker's name: it never heard of that, and never sent it.

    Only the worker itself may say so, and only after it has settled what it did hand over.
    """
    Delivery.objects.filter(state=Delivery.State.SENDING, claimed_by=worker).update(
        state=Delivery.State.QUEUED, attempts=F("attempts") - 1
    )


def _settling(outcome: Outcome | None, worker: str) -> dict[str, Any]:
    return {
        "worker": worker,
        "state": outcome.state if outcome else "",
        "answer": outcome.answer[:200] if outcome else "",
        "settled_at": outcome.settled_at if outcome else None,
        "due_at": outcome.due_at if outcome else None,
        "untried": int(outcome.untried) if outcome else 0,
        "delivery": outcome.claim.delivery if outcome else None,
        "claimed_at": outcome.claim.claimed_at if outcome else None,
    }


def _execute(statement: str, parameters: dict[str, Any]) -> "psycopg.Cursor[Any]":
    """Run a statement on Django's connection, prepared by the server: to plan it anew costs more than to run it."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        server: psycopg.Connection[Any] = connection.connection
        cursor = psycopg.Cursor(server)
        if server.prepare_threshold is None:
            server.prepare_threshold = 5
        return cursor.execute(statement, parameters, prepare=True)
