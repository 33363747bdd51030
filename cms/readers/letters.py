"""The letters to single readers, queued in the transaction of what they tell. None echoes a word that somebody typed."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from cms.letter import rendering
from cms.models import NewsletterIssuePage
from cms.models.subscribers import Subscriber
from cms.readers import leave_links, letter_links
from cms.readers.letter_links import Asked
from mail import outbox
from mail.models import OutgoingEmail

_HOUR = timedelta(hours=1)
_LONGEST_WAIT = timedelta(days=1)
# Of the usual number an hour, this part is for who proves nothing while very many sign up.
_WAITING_PART = 10
_KEY, _WAITS = "reader", "reader-waits"


def asked_on(reader: Subscriber, day: datetime) -> int:
    """Return how many letters went to an address on a day because somebody typed it into a form of ours."""
    asked, opening = (f"{reader.key.hex}:{word}:{day:%Y-%m-%d}:" for word in ("asked", "open"))
    return OutgoingEmail.objects.filter(
        Q(key__startswith=f"{_KEY}:{asked}")
        | Q(key__startswith=f"{_WAITS}:{asked}")
        | Q(key__startswith=f"{_KEY}:{opening}")
    ).count()


def to_confirm(asked: Asked, reader: Subscriber, *, number: int, waits: bool, at: datetime) -> None:
    """Ask the owner of an address whether they want letters."""
    _asked(reader, "confirm", {"address": letter_links.to_confirm(asked)}, asked.language, number, waits=waits, at=at)


def is_there_already(reader: Subscriber, *, number: int, waits: bool, at: datetime) -> None:
    """Tell who gets letters that they do, and where they choose."""
    context = {"preferences": letter_links.preferences(reader.language)}
    _asked(reader, "already", context, reader.language, number, waits=waits, at=at)


def _asked(  # noqa: PLR0913 - what two letters have in common
    reader: Subscriber,
    template: str,
    context: dict[str, str],
    language: str,
    number: int,
    *,
    waits: bool,
    at: datetime,
) -> None:
    due = _turn(at) if waits else at
    if due - at > _LONGEST_WAIT:
        return  # So many wait that nobody can: the page has said that the letter may not come.
    letter = outbox.queue(
        key=f"{_WAITS if waits else _KEY}:{reader.key.hex}:asked:{at:%Y-%m-%d}:{number}",
        to=reader.email,
        template=f"cms/{template}",
        context=context,
        at=at,
        language=language,
    )
    if waits:
        OutgoingEmail.objects.filter(pk=letter.pk, state=OutgoingEmail.State.QUEUED).update(due_at=due)


def _turn(at: datetime) -> datetime:
    """Return when the next letter leaves of those that wait. Two at once may get the same turn."""
    waiting = OutgoingEmail.objects.filter(state=OutgoingEmail.State.QUEUED, key__startswith=f"{_WAITS}:")
    last = waiting.order_by("-due_at").values_list("due_at", flat=True).first()
    return max(at, last or at) + _HOUR / max(1, settings.SIGN_UPS_PER_HOUR // _WAITING_PART)


def remind(reader: Subscriber, asked: Asked, *, at: datetime) -> None:
    """Ask once more; the second reminder says that it is the last."""
    context = {"address": letter_links.to_confirm(asked), "is_last": reader.reminders > 1}
    _to(reader, "reminder", context, once=f"remind:{reader.created_at:%Y-%m-%d}:{reader.reminders}", at=at)


def welcome(reader: Subscriber, *, at: datetime) -> None:
    """Thank who confirmed, with the newest issue if there is one."""
    leave_url = _leave(reader)
    preferences = letter_links.preferences(reader.language)
    context = {"leave_url": leave_url, "preferences": preferences}
    words = outbox.write("cms/welcome", context, language=reader.language)
    text, html = words.text, words.html
    issue = NewsletterIssuePage.objects.live().order_by("-number").first()
    if issue is not None:
        letter = rendering.render(issue, language=reader.language, leave_url=leave_url, preferences_url=preferences)
        words = outbox.write("cms/welcome_issue", context, language=reader.language)
        text = f"{words.text}\n{'=' * 60}\n\n{letter.text}"
        html = _above(words.html, letter.html)
    outbox.queue_ready(
        key=f"{_KEY}:{reader.key.hex}:welcome:{at.isoformat()}",
        to=reader.email,
        subject=words.subject,
        text=text,
        html=html,
        at=at,
        language=reader.language,
    )


def _above(words: str, letter: str) -> str:
    """Put our words above an issue's letter: right after its body begins, so that mail programs show them first."""
    return re.sub(r"<body[^>]*>", lambda body: body[0] + words, letter, count=1)


def left(reader: Subscriber, *, at: datetime) -> None:
    """Tell somebody that they left by the page, and how to take it back: it may have been a forwarded copy."""
    _to(reader, "left", {"address": letter_links.to_come_back(reader)}, once=f"left:{at.isoformat()}", at=at)


def paused(reader: Subscriber, *, at: datetime) -> None:
    """Tell somebody that letters pause, until when, and how to take it back."""
    context = {"address": letter_links.to_come_back(reader), "until": reader.paused_until}
    _to(reader, "paused", context, once=f"paused:{at.isoformat()}", at=at)


def is_back(reader: Subscriber, *, at: datetime) -> None:
    """Tell somebody that a letter's link took leaving back, and where to leave again: it may have been a forwarded copy."""
    _to(reader, "back", {"address": _leave(reader)}, once=f"back:{at.isoformat()}", at=at)


def goes_on(reader: Subscriber, *, at: datetime) -> None:
    """Tell somebody that a letter's link ended the pause that another letter's link had begun."""
    _to(reader, "goes_on", {"address": _leave(reader)}, once=f"goes_on:{at.isoformat()}", at=at)


def _leave(reader: Subscriber) -> str:
    return leave_links.address(leave_links.token(reader.key), language=reader.language)


def opening(reader: Subscriber, *, at: datetime) -> None:
    """Send a link that opens the reader's own page once, within a quarter of an hour."""
    context = {"address": letter_links.to_open(reader)}
    _to(reader, "preferences_link", context, once=f"open:{at:%Y-%m-%d}:{secrets.token_urlsafe(9)}", at=at)


def of(reader: Subscriber) -> QuerySet[OutgoingEmail]:
    """Return the single letters to a reader that we still have."""
    return OutgoingEmail.objects.filter(
        Q(key__startswith=f"{_KEY}:{reader.key.hex}:") | Q(key__startswith=f"{_WAITS}:{reader.key.hex}:")
    )


def _to(reader: Subscriber, template: str, context: Mapping[str, object], *, once: str, at: datetime) -> None:
    outbox.queue(
        key=f"{_KEY}:{reader.key.hex}:{once}",
        to=reader.email,
        template=f"cms/{template}",
        context=context,
        at=at,
        language=reader.language,
    )
