"""How readers come: somebody types an address, its owner confirms, and only then letters go there."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from cms.models.subscribers import ConsentRecord, Subscriber, Topic, address_index
from cms.readers import letters
from cms.readers.letter_links import Asked
from mail import suppressing
from mail.suppressing import Reason

What, State = ConsentRecord.What, Subscriber.State
KEPT_UNCONFIRMED = timedelta(days=30)
_LETTERS_A_DAY = 3
# An address whose owner never answers is let alone for a while, whoever goes on typing it.
_ASKED_A_MONTH, _MONTH = 6, timedelta(days=30)


class NothingToConfirm(Exception):
    """The link is too old, or its reader was erased, or has left since it was sent."""


@transaction.atomic
def ask(*, email: str, language: str, topics: Iterable[Topic], at: datetime, waits: bool = False) -> None:
    """Send the owner of an address a letter: to confirm, or that they get letters already. Tells the asker nothing.

    An address gets three letters a day at most, one if letters came back from it, none if its owner called ours unwanted:
    anybody can type it.

    :param waits: the letter waits for its turn, because the asker proved no work while very many sign up
    """
    suppressed = suppressing.reason_of(email)
    if suppressed is Reason.COMPLAINED:
        return
    reader = _row(email, language=language, at=at)
    number = letters.asked_on(reader, at) + 1
    if number > (1 if suppressed is Reason.BOUNCED else _LETTERS_A_DAY) or _is_let_alone(reader, at=at):
        return
    if reader.state == State.ACTIVE:
        letters.is_there_already(reader, number=number, waits=waits, at=at)
        return
    chosen = list(topics)
    if reader.state == State.PENDING:
        reader.language = language
        reader.topics.set(chosen)
    reader.asked_at = at
    reader.save(update_fields=["language", "asked_at"])
    ConsentRecord.objects.create(subscriber=reader, what=What.ASKED, how="form", at=at)
    asked = Asked(reader.key, language, tuple(topic.pk for topic in chosen), at)
    letters.to_confirm(asked, reader, number=number, waits=waits, at=at)


def _is_let_alone(reader: Subscriber, *, at: datetime) -> bool:
    """Return whether an address was asked often enough this month without an answer."""
    asked = reader.records.filter(what=What.ASKED, at__gt=at - _MONTH).count()
    return reader.state == State.PENDING and asked >= _ASKED_A_MONTH


@transaction.atomic
def send_link(*, email: str, at: datetime) -> None:
    """Send a reader the link to their own page; tell the asker nothing. It is one of the letters that the day allows.

    Who never confirmed is asked to confirm instead, as by the form: nothing else goes where nobody said yes. An address
    whose letters came back or were unwanted gets one a day, because its owner may still see and erase what we hold.
    """
    reader = Subscriber.objects.select_for_update().filter(address_index=address_index(email)).first()
    if reader is None:
        return
    if reader.state == State.PENDING:
        ask(email=reader.email, language=reader.language, topics=reader.topics.all(), at=at)
        return
    is_unwanted = suppressing.reason_of(email) in {Reason.BOUNCED, Reason.COMPLAINED}
    if letters.asked_on(reader, at) < (1 if is_unwanted else _LETTERS_A_DAY):
        letters.opening(reader, at=at)


def _row(email: str, *, language: str, at: datetime) -> Subscriber:
    """Return the one row of an address, locked; a new one if nobody asked before."""
    reader, _is_new = Subscriber.objects.select_for_update().get_or_create(
        address_index=address_index(email),
        defaults={"email": email, "language": language, "source_detail": "subscribe", "created_at": at},
    )
    return reader


@transaction.atomic
def confirm(asked: Asked, *, how: str, at: datetime) -> Subscriber:
    """Let letters go to who confirmed, as they chose; welcome them. A repeat changes nothing.

    It proves that the mailbox is there and wanted, so what suppressed the address is over.

    :param how: ``letter`` by the link, ``own_page`` on the reader's own page
    :raises NothingToConfirm: if there is no such wish any more
    """
    reader = Subscriber.objects.select_for_update().filter(key=asked.key).first()
    if reader is None or at - asked.at > KEPT_UNCONFIRMED:
        raise NothingToConfirm
    if reader.state == State.ACTIVE:
        return reader  # Two clicks, or a second letter: once is enough.
    if reader.left_at is not None and asked.at <= reader.left_at:
        raise NothingToConfirm  # They left after this letter had been sent.
    reader.state, reader.consented_at, reader.language = State.ACTIVE, at, asked.language
    reader.left_at, reader.left_by, reader.paused_until = None, "", None
    reader.save(update_fields=["state", "consented_at", "language", "left_at", "left_by", "paused_until"])
    reader.topics.set(Topic.objects.filter(pk__in=asked.topics))
    ConsentRecord.objects.create(subscriber=reader, what=What.CONFIRMED, how=how, at=at)
    suppressing.lift(address_index=bytes(reader.address_index), by=None, reason="confirmed", at=at)
    letters.welcome(reader, at=at)
    return reader
