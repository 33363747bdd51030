"""Stripe's events: verified, stored once, then worked through by the worker, each in one transaction with its effect."""

import hashlib
import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Protocol

import stripe
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_q.tasks import async_task

from stripe_gateway.models import StripeEvent

log = logging.getLogger(__name__)

TOLERANCE_SECONDS = 300
_MOST_ATTEMPTS = 15
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=12)


class NotFromStripe(Exception):
    """The signature is missing, forged, made with another secret, or too old."""


class Malformed(Exception):
    """What was posted is not an event that we understand."""


class OtherMode(Exception):
    """A live event came to a test system, or a test event to a live one."""


class Handler(Protocol):
    """Brings the object that an event points at up to date. Runs in the transaction that marks the event done."""

    def __call__(self, object_id: str, /, *, at: datetime) -> None: ...


def receive(body: bytes, signature: str, *, at: datetime) -> StripeEvent:
    """Check and store what came to the webhook address. The same event again gives the row that is there.

    :param body: the raw bytes, as they were signed
    :raises NotFromStripe: if no secret of ours fits, or the signature is older than 300 s by the wall clock
    :raises Malformed: if it is no event
    :raises OtherMode: if it is an event of the other mode
    """
    _verify(body, signature)
    try:
        posted = json.loads(body)
    except ValueError as error:
        raise Malformed from error
    return store(posted, at=at)


def _verify(body: bytes, signature: str) -> None:
    """Accept any of our secrets: during a rotation Stripe signs with the old and the new one."""
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        try:
            stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return
    raise NotFromStripe


@transaction.atomic
def store(posted: object, *, at: datetime) -> StripeEvent:
    """Store an event whose origin is known, and nudge the worker.

    :raises Malformed: if it is no event
    :raises OtherMode: if it is an event of the other mode
    """
    facts = _facts(posted)
    if facts["livemode"] != settings.STRIPE_LIVEMODE:
        raise OtherMode
    is_needed = facts["type"] in _handlers()
    event, is_new = StripeEvent.objects.get_or_create(
        event_id=facts.pop("event_id"),
        defaults={
            **facts,
            "received_at": at,
            "state": StripeEvent.State.RECEIVED if is_needed else StripeEvent.State.IGNORED,
            "due_at": at if is_needed else None,
        },
    )
    if is_new and is_needed:
        async_task("stripe_gateway.tasks.process_due")
    return event


def _facts(posted: object) -> dict[str, object]:
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
    event = None
    try:
        with transaction.atomic():
            event = StripeEvent.objects.due(at).select_for_update(skip_locked=True).order_by("due_at", "pk").first()
            if event is None:
                return False
            lock(event.object_id)
            _handlers()[event.type](event.object_id, at=at)
            event.state, event.due_at, event.done_at, event.error = StripeEvent.State.DONE, None, at, ""
            event.attempts += 1
            event.save(update_fields=["state", "due_at", "done_at", "attempts", "error"])
    except Exception as error:  # Any failure is recorded on its row, and tried again later.
        if event is None:
            raise
        _note_failure(event.pk, error, at=at)
    return True


def lock(object_id: str) -> None:
    """Let one transaction at a time fetch and apply this object of Stripe's, so that the last applied is the newest."""
    number = int.from_bytes(hashlib.sha256(object_id.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


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
    # Where, but not what: an error's text may quote a name or an address.
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s %s failed: %s\n%s", event.type, event.event_id, event.error, where)


@transaction.atomic
def try_again(event: StripeEvent, *, at: datetime) -> None:
    """Make an event due now, whatever became of it: processing one twice changes nothing."""
    StripeEvent.objects.filter(pk=event.pk).exclude(state=StripeEvent.State.IGNORED).update(
        state=StripeEvent.State.RECEIVED, due_at=at, done_at=None, attempts=0
    )
    async_task("stripe_gateway.tasks.process_due")


def _handlers() -> Mapping[str, Handler]:
    return _load(settings.STRIPE_HANDLERS)


@cache
def _load(path: str) -> Mapping[str, Handler]:
    handlers: Mapping[str, Handler] = import_string(path)
    return handlers
