"""Stripe's events: verified, stored once, then worked through by the worker, each in one transaction with its effect."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.module_loading import import_string

from core import faults, nudging
from stripe_gateway import letters, signature
from stripe_gateway.models import StripeEvent

log = logging.getLogger(__name__)

WORK = "stripe_gateway.tasks.process_due"
_MOST_ATTEMPTS = 15
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=12)

Row = dict[str, str | bool | datetime | None]


class Malformed(Exception):
    """What was posted is not an event that we understand."""


class OtherMode(Exception):
    """A live event came to a test system, or a test event to a live one."""


class Handler(Protocol):
    """Brings the object that an event points at up to date. Runs in the transaction that marks the event done."""

    def __call__(self, object_id: str, /, *, at: datetime) -> None: ...


def receive(body: bytes, header: str, *, at: datetime) -> bool:
    """Check and store what came to the webhook address; return whether it is new.

    :param body: the raw bytes, as they were signed
    :param header: Stripe-Signature
    :raises signature.NotFromStripe: if no secret of ours fits, or the signature is older than 300 s by the wall clock
    :raises Malformed: if it is no event
    :raises OtherMode: if it is an event of the other mode
    """
    signature.verify(body, header, secrets=settings.STRIPE_WEBHOOK_SECRETS)
    try:
        # Of bytes, json would also take UTF-16.
        posted = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed from error
    return store(posted, at=at)


def store(posted: object, *, at: datetime) -> bool:
    """Store an event whose origin is known, once, and nudge the worker. Return whether it is new.

    :raises Malformed: if it is no event
    :raises OtherMode: if it is an event of the other mode
    """
    facts = _facts(posted)
    if facts["livemode"] != settings.STRIPE_LIVEMODE:
        raise OtherMode
    is_needed = facts["type"] in _handlers()
    state = StripeEvent.State.RECEIVED if is_needed else StripeEvent.State.IGNORED
    is_new = _insert({**facts, "received_at": at, "state": state.value, "due_at": at if is_needed else None})
    if is_new and is_needed:
        nudging.now(WORK)
    return is_new


# By hand, because this is the one statement that Stripe waits for.
_INSERT = """
    INSERT INTO stripe_gateway_stripeevent
        (event_id, type, object_id, api_version, livemode, created_at, received_at, state, due_at, attempts, error)
    VALUES (%(event_id)s, %(type)s, %(object_id)s, %(api_version)s, %(livemode)s, %(created_at)s, %(received_at)s,
        %(state)s, %(due_at)s, 0, '')
    ON CONFLICT (event_id) DO NOTHING
"""


def _insert(row: Row) -> bool:
    """Insert an event and commit, unless it is there; return whether it was new.

    Doing it twice does no harm, so instead of asking first whether the kept connection is still good, as Django does,
    we find out, and try once more on a new one.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
    try:
        return _execute(row)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        return _execute(row)


def _execute(row: Row) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        is_new: bool = cursor.rowcount == 1
        return is_new


def _facts(posted: object) -> Row:
    """Return the fields of an event that we keep; the object itself is fetched when it is needed, and fresher."""
    try:
        if not isinstance(posted, dict) or posted["object"] != "event":
            raise Malformed
        thing = posted["data"]["object"]
        facts = {
            "event_id": posted["id"],
            "type": posted["type"],
            "object_id": thing.get("id") or "",
            "api_version": posted.get("api_version") or "",
        }
        if not all(_is_name(value) for value in facts.values()) or not facts["event_id"] or not facts["type"]:
            raise Malformed
        if len(facts["api_version"]) > 40:
            raise Malformed
        return {
            **facts,
            "livemode": bool(posted["livemode"]),
            "created_at": datetime.fromtimestamp(posted["created"], UTC),
        }
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise Malformed from error


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 80 and value.isprintable()


def process_next(*, at: datetime) -> bool:
    """Work through the event that is due the longest; return whether there was one.

    Its effect and the mark "done" are committed together, so that a worker may die at any point.
    """
    claimed = None
    try:
        with transaction.atomic():
            claimed = _claim(at)
            if claimed is None:
                return False
            _handlers()[claimed.type](claimed.object_id, at=at)
    except Exception as error:  # Any failure is recorded on its row, and tried again later.
        if claimed is None:
            raise
        _note_failure(claimed.pk, error, at=at)
    return True


class _Claimed(NamedTuple):
    """An event that this transaction works through."""

    pk: int
    type: str
    object_id: str


# By hand, because it is done for every event: takes one that nobody else has, marks it as done, which holds only if
# its effect is committed with it, and locks its object as ``lock`` does.
_CLAIM = """
    UPDATE stripe_gateway_stripeevent
    SET state = 'done', due_at = NULL, done_at = %(at)s, error = '', attempts = attempts + 1
    WHERE id = (
        SELECT id FROM stripe_gateway_stripeevent WHERE state IN ('received', 'failed') AND due_at <= %(at)s
        ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, type, object_id, pg_advisory_xact_lock(hashtextextended(object_id, 0))
"""


def _claim(at: datetime) -> _Claimed | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at})
        row = cursor.fetchone()
    return _Claimed(*row[:3]) if row else None


def lock(object_id: str) -> None:
    """Let one transaction at a time fetch and apply this object of Stripe's, so that the last applied is the newest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [object_id])


@transaction.atomic
def _note_failure(pk: int, error: Exception, *, at: datetime) -> None:
    event = StripeEvent.objects.select_for_update().get(pk=pk)
    if event.state in {StripeEvent.State.DONE, StripeEvent.State.IGNORED}:
        return  # Another worker was quicker, and luckier.
    event.attempts += 1
    event.state, event.error = StripeEvent.State.FAILED, type(error).__name__[:120]
    pause = min(_FIRST_PAUSE * 2 ** (event.attempts - 1), _LONGEST_PAUSE)
    event.due_at = at + pause if event.attempts < _MOST_ATTEMPTS else None
    event.save(update_fields=["attempts", "state", "error", "due_at"])
    if event.due_at is None:
        letters.gave_up(event=event, at=at)
    faults.report(log, f"{event.type} {event.event_id}", error)


@transaction.atomic
def try_again(event: StripeEvent, *, at: datetime) -> None:
    """Make an event due now, whatever became of it: processing one twice changes nothing."""
    StripeEvent.objects.filter(pk=event.pk).exclude(state=StripeEvent.State.IGNORED).update(
        state=StripeEvent.State.RECEIVED, due_at=at, done_at=None, attempts=0
    )
    nudging.after_commit(WORK)


@transaction.atomic
def try_all_again(at: datetime) -> int:
    """Make every event due now whose processing failed; return how many there are."""
    failed = StripeEvent.objects.filter(state=StripeEvent.State.FAILED)
    count = failed.update(state=StripeEvent.State.RECEIVED, due_at=at, attempts=0)
    if count:
        nudging.after_commit(WORK)
    return count


def _handlers() -> Mapping[str, Handler]:
    return _load(settings.STRIPE_HANDLERS)


@cache
def _load(path: str) -> Mapping[str, Handler]:
    handlers: Mapping[str, Handler] = import_string(path)
    return handlers
