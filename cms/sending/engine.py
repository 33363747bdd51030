"""The worker of a sending: takes one letter after the other, hands it over, and writes down what became of it.

Any number of workers, on any machines, work beside each other: rows are claimed (``claiming``), a letter is in flight with
at most one of them, and what is in flight when one dies is uncertain (``uncertain``) and left to a person.
"""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.utils.timezone import now as wall_clock
from django.utils.translation import gettext

from cms.models import Delivery, Sending, SendingVariant
from cms.models.campaigns import today
from cms.readers import leave_links
from cms.sending import asking, claiming, heartbeat, message_ids, refusals
from cms.sending.claiming import Claim, Claims, Moment, Outcome
from core import clock, faults
from mail import addressing, dkim_signing, frozen, pacing, transport
from mail import message_ids as names
from mail import tasks as outbox

log = logging.getLogger(__name__)

State = Delivery.State

_SOONEST = timedelta(minutes=1)
_LATEST = timedelta(hours=4)
# With the pauses between them that is about a day and a half; who cannot be reached for so long is refused.
_MOST_ATTEMPTS = 14
# A letter that could not be made comes after the others when its sending goes on.
_AFTER_A_FAULT = timedelta(hours=1)
# Seconds between two looks for work that is not there.
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0


class Worker:
    """One worker: a connection to the mail server, and at most one letter in flight."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()[:48]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._outcome: Outcome | None = None
        self._server: transport.Connection | None = None
        self._is_broken = False
        self._letters: dict[tuple[int, str, bool], frozen.Ready] = {}
        self._minute: datetime | None = None
        self._today = date.min
        # Whether the last letter that the server said anything final to was taken.
        self._was_taken = False

    def work(self, *, is_over: Callable[[], bool]) -> int:
        """Send what is due until nothing is or ``is_over`` says so. What was in flight is settled when it returns.

        :returns: for how many readers something was done
        """
        with transaction.atomic(durable=True):
            """Not inside a transaction: each letter is a commit of its own."""
        done = 0
        try:
            self._recover()
            for sending in under_way():
                done += self._send(sending, is_over)
        except Exception:
            self._is_broken = True
            # What is known is known, whatever fails; if it is the database, it is written down when that is back.
            with suppress(Error):
                self._settle()
            raise
        finally:
            self._hang_up()
        return done

    def _send(self, sending: Sending, is_over: Callable[[], bool]) -> int:
        claims, done = Claims(worker=self.name, sending=sending.pk), 0
        while not is_over() and self._is_connected():
            taken = claims.settle_and_take(self._outcome, self._moment())
            self._outcome = None
            if taken.letters_wait:
                self._send_letters(is_over)
            elif taken.claim is None:
                break
            else:
                done += 1
                if not taken.claim.reason:
                    self._deliver(taken.claim)
        self._settle()
        asking.finish(sending=sending, at=clock.now())
        return done

    def _deliver(self, claim: Claim) -> None:
        """Make one letter and hand it over. Until then nobody has seen it, and whatever fails, it waits as it did before."""
        self._outcome = Outcome(claim, State.QUEUED, untried=True)
        server = self._server
        if server is None or not _has_room(claim):
            self._outcome = Outcome(claim, State.QUEUED, due_at=_next_minute(), untried=True)
            return
        try:
            letter, to = self._letter(claim), addressing.as_sent(claim.email)
            message = dkim_signing.signed(frozen.fill(letter, _person(claim, to), at=claim.claimed_at))
            sender = names.return_path(names.DELIVERY, claim.delivery)
        except addressing.AddressRefused:
            self._outcome = refusals.outcome(claim, "no address that a letter can go to")
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # noqa: BLE001 - it is logged, and the sending pauses: the next would fare no better
            self._pause_for(claim, error)
        else:
            self._hand_over(server, claim, message, sender, to=to, letter=letter)

    def _hand_over(
        self, server: transport.Connection, claim: Claim, message: bytes, sender: str, *, to: str, letter: frozen.Ready
    ) -> None:
        """Hand over one letter. Its outcome is noted before anything else can fail; until then it is uncertain."""
        self._outcome = Outcome(claim, State.UNCERTAIN, "the sender stumbled")
        try:
            answer = server.hand_over(message, sender=sender, to=to, is_8bit=letter.is_8bit, has_dots=letter.has_dots)
        except transport.PermanentFailure as failure:
            self._refused(claim, str(failure))
        except transport.AnswerLost as lost:
            self._outcome = Outcome(claim, State.UNCERTAIN, str(lost))
        except transport.TemporaryFailure as failure:
            self._outcome = _later(claim, failure, is_fresh=not server.accepted)
            _let_rest(claim, failure, is_fresh=not server.accepted)
        else:
            self._outcome = Outcome(claim, State.ACCEPTED, answer, settled_at=clock.now())
            self._was_taken = True
            if claim.is_recovering:
                pacing.recovered(claim.domain)

    def _refused(self, claim: Claim, answer: str) -> None:
        # Certain from here on, also if what follows fails.
        self._outcome = Outcome(claim, State.QUEUED, answer)
        self._outcome = refusals.outcome(claim, answer)
        if refusals.are_ours(answer):
            self._settle()
            if not self._was_taken:
                refusals.pause_if_it_is_us(claim, answer)
            self._was_taken = False

    def _pause_for(self, claim: Claim, error: Exception) -> None:
        """Pause a sending whose letters cannot be made: most often something is wrong with our settings."""
        self._outcome = Outcome(claim, State.QUEUED, due_at=clock.now() + _AFTER_A_FAULT, untried=True)
        self._settle()
        faults.report(log, f"the letter of delivery {claim.delivery}", error)
        what = "DKIM_KEY_FILE" if isinstance(error, dkim_signing.KeyUnusable) else type(error).__name__
        note = gettext(
            "A letter could not be made (%(what)s; the log of the worker says more). None was sent; when it is put right, let"
            " the sending go on."
        ) % {"what": what}
        with suppress(asking.NotNow):
            asking.pause(sending=Sending(pk=claim.sending), by=None, note=note, at=clock.now())

    def _send_letters(self, is_over: Callable[[], bool]) -> None:
        """Single letters go before the next letter to many, by the same connection."""
        if self._server:
            outbox.deliver_through(self._server, is_over=is_over)

    def _is_connected(self) -> bool:
        """Connect, unless there is a connection. What is known is written down first: to connect may take long, or fail."""
        if self._server and self._server.is_open:
            return True
        self._settle()
        self._server = None
        try:
            self._server = transport.connect()
        except transport.TemporaryFailure as failure:
            pacing.rest(pacing.EVERYBODY, answer=str(failure), wall=wall_clock())
        return self._server is not None

    def _settle(self) -> None:
        if self._outcome:
            claiming.settle(self._outcome, worker=self.name)
            self._outcome = None

    def _recover(self) -> None:
        """After trouble with the database: write down what is known, and put back what it gave us without our hearing of it."""
        self._settle()
        if self._is_broken:
            claiming.give_back(worker=self.name)
            self._is_broken = False

    def _hang_up(self) -> None:
        if self._server:
            self._server.quit()
        self._server = None

    def _moment(self) -> Moment:
        at = clock.now()
        if (minute := pacing.minute(at)) != self._minute:
            self._minute, self._today = minute, today(at)
        return Moment(at=at, wall=wall_clock(), today=self._today)

    def _letter(self, claim: Claim) -> frozen.Ready:
        """Return the frozen letter in the reader's language, ready to be filled. It never changes: it is read once."""
        is_8bit = bool(self._server and self._server.takes_8bit) and not dkim_signing.is_on()
        place = (claim.sending, claim.language, is_8bit)
        if place not in self._letters:
            variants = {variant.language: variant for variant in SendingVariant.objects.filter(sending=claim.sending)}
            variant = variants.get(claim.language) or variants[min(variants)]
            self._letters[place] = frozen.ready(bytes(variant.mime), is_8bit=is_8bit)
        return self._letters[place]


def serve(*, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Work until ``is_over`` says so, and look for work now and then meanwhile. Outlives a database that is away."""
    worker = Worker()
    pause = _SHORTEST_PAUSE
    while not is_over():
        done = 0
        try:
            done = worker.work(is_over=is_over)
        except (OperationalError, InterfaceError) as error:
            faults.report(log, f"the worker {worker.name}", error)
            connection.close()
        pause = _SHORTEST_PAUSE if done else min(2 * pause, _LONGEST_PAUSE)
        if not is_over():
            wait(pause)


def under_way() -> list[Sending]:
    """Return the sendings that have a letter which may leave now.

    None that was left alone for long: the sweep hands it to a person.
    """
    if pacing.is_resting(pacing.EVERYBODY, wall=wall_clock()):
        return []
    at = clock.now()
    due = Delivery.objects.filter(state=State.QUEUED, due_at__lte=at)
    begun = Sending.objects.filter(state=Sending.State.SENDING).select_related("issue").order_by("pk")
    found = [sending for sending in begun if due.filter(sending=sending).exists()]
    seen = heartbeat.last(at=at) if found else None
    return [sending for sending in found if not heartbeat.was_away(seen, began=sending.started_at, at=at)]


def _has_room(claim: Claim) -> bool:
    return not pacing.limits().are_set or pacing.take(claim.domain, wall=wall_clock())


def _person(claim: Claim, to: str) -> frozen.Person:
    return frozen.Person(
        to=to,
        message_id=message_ids.message_id(claim.delivery),
        leave=leave_links.token(claim.key, claim.delivery),
        leave_head=leave_links.head_token(claim.key, claim.delivery),
    )


def _later(claim: Claim, failure: transport.TemporaryFailure, *, is_fresh: bool) -> Outcome:
    """Try again, later each time; after the last attempt it is refused.

    What a server does that has not taken one letter on this connection is no attempt of this reader's.
    """
    if failure.is_server and is_fresh:
        return Outcome(claim, State.QUEUED, str(failure), due_at=clock.now(), untried=True)
    if claim.attempts >= _MOST_ATTEMPTS:
        return Outcome(claim, State.REFUSED, f"{failure}, {claim.attempts} times", settled_at=clock.now())
    pause = min(_SOONEST * 2 ** (claim.attempts - 1), _LATEST)
    return Outcome(claim, State.QUEUED, str(failure), due_at=clock.now() + pause)


def _let_rest(claim: Claim, failure: transport.TemporaryFailure, *, is_fresh: bool) -> None:
    """Whoever would fare no better rests: the domain, or everybody. A server may end a conversation it has had enough of."""
    if failure.is_server and is_fresh:
        pacing.rest(pacing.EVERYBODY, answer=str(failure), wall=wall_clock())
    elif not failure.is_server and not failure.is_mailbox:
        pacing.rest(claim.domain, answer=str(failure), wall=wall_clock())


def _next_minute() -> datetime:
    wall = wall_clock()
    return clock.now() + (pacing.minute(wall) + timedelta(minutes=1) - wall)
