"""How readers leave, pause, come back, and are erased. Each of it is written down, and a repeat changes nothing."""

import calendar
from datetime import date, datetime, timedelta
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
# By the link at the end of a newsletter, which a forwarded copy carries along; by the link of the letter that told of it,
# which its reader alone has; on the reader's own page.
BY_LETTER, BY_TOLD, BY_OWN_PAGE = "letter", "told", "own_page"
# A slip is noticed soon. Later a forwarded copy must not undo anything, and never twice on a day.
_TAKEN_BACK_FOR = timedelta(days=1)


class NotSubscribed(Exception):
    """Nothing can be paused or resumed: no letters go there."""


class CannotComeBack(Exception):
    """It was not done by a letter's link, or too long ago, or the address is suppressed: they may sign up anew."""


@transaction.atomic
def leave(subscriber: Subscriber, *, how: Subscriber.Left, delivery: int | None, at: datetime, where: str = "") -> None:
    """Let no more letters go to a reader. What is on its way is left out by the engine, which looks before each letter.

    A pause stays written down, for who comes back.

    :param how: by which door; only leaving by the page of a letter's link is told to the reader
    :param delivery: of which letter the link was
    :param where: what is written down instead of ``how``: no letter's link takes back what was done on the own page
    """
    reader = _lock(subscriber)
    if delivery is not None:
        mine = Delivery.objects.filter(pk=delivery, subscriber=reader, unsubscribed_at=None)
        mine.update(unsubscribed_at=at)
    if reader.state == State.LEFT:
        return  # Mail programs repeat themselves, and so do people.
    reader.state, reader.left_at, reader.left_by = State.LEFT, at, how
    reader.save(update_fields=["state", "left_at", "left_by"])
    ConsentRecord.objects.create(subscriber=reader, what=What.LEFT, how=where or how, at=at)


@transaction.atomic
def leave_by_page(subscriber: Subscriber, *, delivery: int | None, at: datetime) -> None:
    """Let whoever holds a letter leave, and tell the reader: it may have been a forwarded copy."""
    had_left = _lock(subscriber).state == State.LEFT
    leave(subscriber, how=Left.PAGE, delivery=delivery, at=at)
    if not had_left:
        letters.left(subscriber, at=at)


@transaction.atomic
def pause(subscriber: Subscriber, *, until: date, how: str, at: datetime) -> None:
    """Let no letter go to a reader before a day. A letter's link changes no pause of another door, and shortens none.

    :param how: ``BY_LETTER``, which the reader is told; ``BY_OWN_PAGE``; ``desk``
    :raises NotSubscribed: if none go there anyway
    """
    reader = _lock(subscriber)
    if reader.state != State.ACTIVE:
        raise NotSubscribed
    if reader.paused_until == until:
        return  # The same button again.
    if how == BY_LETTER and is_paused(reader, at=at):
        by_letter = _last(reader, What.PAUSED, how=BY_LETTER) is not None
        if not by_letter or (reader.paused_until is not None and reader.paused_until > until):
            return
    reader.paused_until = until
    reader.save(update_fields=["paused_until"])
    ConsentRecord.objects.create(subscriber=reader, what=What.PAUSED, how=f"{how}: {until:%Y-%m-%d}", at=at)
    if how == BY_LETTER:
        letters.paused(reader, at=at)


@transaction.atomic
def go_on(subscriber: Subscriber, *, how: str, at: datetime) -> None:
    """End a pause.

    :param how: ``BY_LETTER``, which the reader is told; ``BY_TOLD``; ``BY_OWN_PAGE``; ``desk``
    :raises NotSubscribed: if the reader has left or never confirmed
    :raises CannotComeBack: if a link would end a pause that was not made by a letter's link, or too late
    """
    reader = _lock(subscriber)
    if reader.state != State.ACTIVE:
        raise NotSubscribed
    if reader.paused_until is None:
        return  # The same button again.
    if how in {BY_LETTER, BY_TOLD} and not may_go_on(reader, how=how, at=at):
        raise CannotComeBack
    reader.paused_until = None
    reader.save(update_fields=["paused_until"])
    ConsentRecord.objects.create(subscriber=reader, what=What.RESUMED, how=how, at=at)
    if how == BY_LETTER:
        letters.goes_on(reader, at=at)


@transaction.atomic
def come_back(subscriber: Subscriber, *, how: str, at: datetime) -> None:
    """Take leaving back, as it was before, if it was done by a letter's link.

    :param how: ``BY_LETTER``, which the reader is told; ``BY_TOLD``
    :raises CannotComeBack: if it was not, or nobody confirmed, or the address is suppressed meanwhile, or it is too late
    """
    reader = _lock(subscriber)
    if reader.state == State.ACTIVE:
        return  # The same button again.
    if not may_come_back(reader, how=how, at=at):
        raise CannotComeBack
    reader.state, reader.left_at, reader.left_by = State.ACTIVE, None, ""
    reader.save(update_fields=["state", "left_at", "left_by"])
    ConsentRecord.objects.create(subscriber=reader, what=What.CAME_BACK, how=how, at=at)
    if how == BY_LETTER:
        letters.is_back(reader, at=at)


@transaction.atomic
def undo(subscriber: Subscriber, *, at: datetime) -> None:
    """Take back whatever was done by a letter's link: for the link of the letter that told of it.

    :raises CannotComeBack: if the reader left by another door
    """
    come_back(subscriber, how=BY_TOLD, at=at)
    if may_go_on(subscriber, how=BY_TOLD, at=at):
        go_on(subscriber, how=BY_TOLD, at=at)


def is_paused(reader: Subscriber, *, at: datetime) -> bool:
    """Return whether letters rest today."""
    return reader.paused_until is not None and reader.paused_until > in_months(0, at=at)


def may_come_back(reader: Subscriber, *, how: str, at: datetime) -> bool:
    """Return whether leaving was done by a letter's link, of somebody who had confirmed, and nothing forbids letters."""
    left = reader.records.filter(what=What.LEFT).order_by("-at", "-pk").first()
    by_link = reader.state == State.LEFT and reader.left_by in _BY_LINK and left is not None and left.how in _BY_LINK
    if not by_link or reader.consented_at is None or reader.left_at is None:
        return False
    if how == BY_LETTER and not _is_slip(reader, reader.left_at, What.CAME_BACK, at=at):
        return False
    return not suppressing.is_suppressed(reader.email)


def may_go_on(reader: Subscriber, *, how: str, at: datetime) -> bool:
    """Return whether there is a pause that a letter's link made, and may end."""
    paused = _last(reader, What.PAUSED, how=BY_LETTER)
    if reader.state != State.ACTIVE or paused is None or not is_paused(reader, at=at):
        return False
    return how != BY_LETTER or _is_slip(reader, paused.at, What.RESUMED, at=at)


def _is_slip(reader: Subscriber, done_at: datetime, back: ConsentRecord.What, *, at: datetime) -> bool:
    """Return whether it was done within a day, and no letter's link took it back already in that time."""
    since = at - _TAKEN_BACK_FOR
    return done_at >= since and not reader.records.filter(what=back, how=BY_LETTER, at__gte=since).exists()


def _last(reader: Subscriber, what: ConsentRecord.What, *, how: str) -> ConsentRecord | None:
    """Return the last record of its kind, if it came by this door."""
    last = reader.records.filter(what=what).order_by("-at", "-pk").first()
    return last if last is not None and last.how.startswith(f"{how}:") else None


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
    """Delete a reader, what they decided and our letters to them, and suppress nothing: they never said anything.

    Of each delivery stays what is counted. A domain of one's own is a name, and a server's answer may hold one.
    """
    letters.of(reader).delete()
    Delivery.objects.filter(subscriber=reader).update(subscriber=None, domain="", answer="")
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
