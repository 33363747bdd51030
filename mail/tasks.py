"""The worker's side of the outbox: claims due letters one by one and sends each once."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import now as wall_clock

from core import clock
from mail import transport
from mail.models import OutgoingEmail

# A slice ends well before the queue would hand the task to another worker.
_SLICE = timedelta(seconds=25)
# A letter is handed over in seconds; one still "being sent" after this was in flight when its worker died.
_IN_FLIGHT = timedelta(minutes=10)
_MOST_ATTEMPTS = 10


def deliver_due() -> int:
    """Send what is due, each letter in its own committed step. Safe to run twice and anywhere.

    :returns: the number of letters that the mail server accepted
    """
    until = wall_clock() + _SLICE
    letter = _claim(at=clock.now())
    if letter is None:
        return 0
    try:
        with transport.connection() as server:
            return _drain(server, letter, lambda: wall_clock() >= until)
    except transport.TemporaryFailure as failure:
        _postpone(letter, str(failure), at=clock.now())
        return 0


def deliver_through(server: transport.Connection, *, is_over: Callable[[], bool]) -> int:
    """Send what is due through a connection that somebody has open: before the next letter to many."""
    letter = _claim(at=clock.now())
    return _drain(server, letter, is_over) if letter else 0


def sweep() -> None:
    """Send what a lost nudge left behind, and mark what was in flight when a worker died for a human to look at."""
    OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENDING, claimed_at__lt=wall_clock() - _IN_FLIGHT).update(
        state=OutgoingEmail.State.UNCERTAIN
    )
    deliver_due()


def _drain(server: transport.Connection, letter: OutgoingEmail, is_over: Callable[[], bool]) -> int:
    sent = 0
    following: OutgoingEmail | None = letter
    while following is not None:
        sent += _send(server, following)
        following = _claim(at=clock.now()) if server.is_open and not is_over() else None
    return sent


@transaction.atomic
def _claim(*, at: datetime) -> OutgoingEmail | None:
    letter = (
        OutgoingEmail.objects.select_for_update(skip_locked=True)
        .filter(state=OutgoingEmail.State.QUEUED, due_at__lte=at)
        .order_by("due_at", "pk")
        .first()
    )
    if letter:
        letter.state = OutgoingEmail.State.SENDING
        letter.claimed_at = wall_clock()
        letter.attempts += 1
        letter.save(update_fields=["state", "claimed_at", "attempts"])
    return letter


def _send(server: transport.Connection, letter: OutgoingEmail) -> int:
    try:
        letter.last_answer = server.send(letter)
    except transport.TemporaryFailure as failure:
        _postpone(letter, str(failure), at=clock.now())
        return 0
    except transport.PermanentFailure as failure:
        _leave_to_a_person(letter, OutgoingEmail.State.FAILED, str(failure))
        return 0
    except transport.AnswerLost as lost:
        _leave_to_a_person(letter, OutgoingEmail.State.UNCERTAIN, str(lost))
        return 0
    letter.state, letter.sent_at = OutgoingEmail.State.SENT, clock.now()
    letter.save(update_fields=["state", "sent_at", "last_answer"])
    return 1


def _leave_to_a_person(letter: OutgoingEmail, state: OutgoingEmail.State, answer: str) -> None:
    letter.state, letter.last_answer = state, answer[:200]
    letter.save(update_fields=["state", "last_answer"])


def _postpone(letter: OutgoingEmail, answer: str, *, at: datetime) -> None:
    """Try again later, a little later each time; after the last attempt leave it to a human."""
    letter.last_answer = answer[:200]
    letter.state = OutgoingEmail.State.FAILED if letter.attempts >= _MOST_ATTEMPTS else OutgoingEmail.State.QUEUED
    letter.due_at = at + timedelta(seconds=30 * 2**letter.attempts)
    letter.save(update_fields=["state", "last_answer", "due_at"])
