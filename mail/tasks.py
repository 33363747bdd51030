"""The worker's side of the outbox: claims due letters one by one and sends each once."""

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
    sent = 0
    until = wall_clock() + _SLICE
    letter = _claim(at=clock.now())
    if letter is None:
        return sent
    try:
        with transport.connection() as server:
            while letter is not None:
                sent += _send(server, letter)
                letter = _claim(at=clock.now()) if wall_clock() < until else None
    except transport.TemporaryFailure as failure:
        if letter is not None:
            _postpone(letter, str(failure), at=clock.now())
    return sent


def sweep() -> None:
    """Send what a lost nudge left behind, and mark what was in flight when a worker died for a human to look at."""
    OutgoingEmail.objects.filter(state=OutgoingEmail.State.SENDING, claimed_at__lt=wall_clock() - _IN_FLIGHT).update(
        state=OutgoingEmail.State.UNCERTAIN
    )
    deliver_due()


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
        letter.state, letter.last_answer = OutgoingEmail.State.FAILED, str(failure)
        letter.save(update_fields=["state", "last_answer"])
        return 0
    letter.state, letter.sent_at = OutgoingEmail.State.SENT, clock.now()
    letter.save(update_fields=["state", "sent_at", "last_answer"])
    return 1


def _postpone(letter: OutgoingEmail, answer: str, *, at: datetime) -> None:
    """Try again later, a little later each time; after the last attempt leave it to a human."""
    letter.last_answer = answer[:200]
    letter.state = OutgoingEmail.State.FAILED if letter.attempts >= _MOST_ATTEMPTS else OutgoingEmail.State.QUEUED
    letter.due_at = at + timedelta(seconds=30 * 2**letter.attempts)
    letter.save(update_fields=["state", "last_answer", "due_at"])
