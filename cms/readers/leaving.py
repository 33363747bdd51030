"""How readers leave, pause, come back, and are erased. Each of it is written down, and a repeat changes nothing."""

import calendar
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from cms.models.sending import Delivery
from cms.models.subscribers import ConsentRecord, Subscriber
from cms.readers import letters
from mail import suppressing
from mail.models import Suppression
from organisation.models import Organisation

What, State, Left = ConsentRecord.What, Subscriber.State, Subscriber.Left
# Who holds a letter may take back what was done by a letter, and nothing else.
_BY_LINK = {Left.ONE_CLICK.value, Left.PAGE.value}


class NotSubscribed(Exception):
    """Nothing can be paused or resumed: no letters go there."""


class CannotComeBack(Exception):
    """They did not leave by a letter's link, never confirmed, or the address is suppressed: they may sign up anew."""


@transaction.atomic
def leave(subscriber: Subscriber, *, how: Subscriber.Left, delivery: int | None, at: datetime) -> None:
    """Let no more letters go to a reader. What is on its way is left out by the engine, which looks before each letter.

    :param how: by which door; only leaving by the page of a letter's link is told to the reader
    :param delivery: of which letter the link was
    """
    reader = _lock(subscriber)
    if delivery is not None:
        mine = Delivery.objects.filter(pk=delivery, subscriber=reader, unsubscribed_at=None)
        mine.update(unsubscribed_at=at)
    if reader.state == State.LEFT:
        return  # Mail programs repeat themselves, and so do people.
    reader.state, reader.left_at, reader.left_by, reader.paused_until = State.LEFT, at, how, None
    reader.save(update_fields=["state", "left_at", "left_by", "paused_until"])
    ConsentRecord.objects.create(subscriber=reader, what=What.LEFT, how=how, at=at)


@transaction.atomic
def leave_by_page(subscriber: Subscriber, *, delivery: int | None, at: datetime) -> None:
    """Let whoever holds a letter leave, and tell the reader, once a day at most: it may have been a forwarded copy."""
    had_left = _lock(subscriber).state == State.LEFT
    leave(subscriber, how=Left.PAGE, delivery=delivery, at=at)
    if not had_left:
        letters.left(subscriber, at=at)


@transaction.atomic
def pause(subscriber: Subscriber, *, until: date, how: str, at: datetime) -> None:
    """Let no letter go to a reader before a day.

    :param how: ``letter`` by a letter's link, which the reader is told; ``own_page``
    :raises NotSubscribed: if none go there anyway
    """
    reader = _lock(subscriber)
    if reader.state != State.ACTIVE:
        raise NotSubscribed
    if reader.paused_until == until:
        return  # The same button again.
    reader.paused_until = until
    reader.save(update_fields=["paused_until"])
    ConsentRecord.objects.create(subscriber=reader, what=What.PAUSED, how=f"{how}: {until:%Y-%m-%d}", at=at)
    if how == "letter":
        letters.paused(reader, at=at)


@transaction.atomic
def go_on(subscriber: Subscriber, *, how: str, at: datetime) -> None:
    """End a pause.

    :raises NotSubscribed: if the reader has left or never confirmed
    """
    reader = _lock(subscriber)
    if reader.state != State.ACTIVE:
        raise NotSubscribed
    if reader.paused_until is None:
        return  # The same button again.
    reader.paused_until = None
    reader.save(update_fields=["paused_until"])
    ConsentRecord.objects.create(subscriber=reader, what=What.RESUMED, how=how, at=at)


@transaction.atomic
def come_back(subscriber: Subscriber, *, how: str, at: datetime) -> None:
    """Take leaving back, if it was done by a letter's link.

    :raises CannotComeBack: if it was not, or nobody confirmed, or the address is suppressed meanwhile
    """
    reader = _lock(subscriber)
    if reader.state == State.ACTIVE:
        return  # The same button again.
    if not may_come_back(reader):
        raise CannotComeBack
    reader.state, reader.left_at, reader.left_by = State.ACTIVE, None, ""
    reader.save(update_fields=["state", "left_at", "left_by"])
    ConsentRecord.objects.create(subscriber=reader, what=What.CAME_BACK, how=how, at=at)


def may_come_back(reader: Subscriber) -> bool:
    """Return whether leaving was done by a letter's link, of somebody who had confirmed, and nothing forbids letters."""
    return (
        reader.left_by in _BY_LINK and reader.consented_at is not None and not suppressing.is_suppressed(reader.email)
    )


@transaction.atomic
def erase(subscriber: Subscriber, *, source: str, at: datetime) -> None:
    """Forget a reader. Their deliveries stay, nameless; of the address a keyed hash stays, so that nobody writes again.

    :param source: who wanted it: ``erased`` by the reader, ``expired`` because their time is over
    """
    reader = _lock(subscriber)
    index = bytes(reader.address_index)
    suppressing.suppress(address_index=index, reason=Suppression.Reason.LEFT, source=source, at=at)
    forget(reader)


def forget(reader: Subscriber) -> None:
    """Delete a reader, what they decided and our letters to them, and suppress nothing: they never said anything."""
    letters.of(reader).delete()
    reader.delete()


def in_months(months: int, *, at: datetime) -> date:
    """Return the day so many months from now, where the organisation is; the last of its month if there is no such day."""
    today = at.astimezone(ZoneInfo(Organisation.current().time_zone)).date()
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def _lock(subscriber: Subscriber) -> Subscriber:
    """Read the reader's row anew and hold it, so that what is decided is decided on what is true."""
    subscriber.refresh_from_db(from_queryset=Subscriber.objects.select_for_update())
    return subscriber
