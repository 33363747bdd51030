"""Where letters are queued: in the transaction that causes them, each under a key, so that none is sent twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from core import nudging, sealing
from mail.models import Attachment, OutgoingEmail, place
from organisation.models import Organisation


@dataclass(frozen=True)
class Enclosure:
    """A file to go with a letter. ``content_type`` is a media type, for example ``application/pdf``."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Words:
    """What a letter says."""

    subject: str
    text: str
    html: str


def queue(  # noqa: PLR0913 - a letter has this many parts
    *,
    key: str,
    to: str,
    template: str,
    context: Mapping[str, Any],
    at: datetime,
    language: str = "en",
    enclosures: Sequence[Enclosure] = (),
) -> OutgoingEmail:
    """Queue a letter made from ``templates/emails/<template>.subject.txt``, ``.txt`` and, if it is there, ``.html``.

    The same key again returns the letter that is there: Stripe repeats itself, letters must not.

    :param key: why it is sent, for example ``receipt:LR-2026-000001``
    :param template: package and name, for example ``donations/receipt``
    """
    words = write(template, context, language=language)
    return queue_ready(
        key=key,
        to=to,
        subject=words.subject,
        text=words.text,
        html=words.html,
        at=at,
        language=language,
        enclosures=enclosures,
    )


def write(template: str, context: Mapping[str, Any], *, language: str) -> Words:
    """Return what a letter would say, without queueing it: for who wants to see it before it leaves."""
    with translation.override(language):
        full = {"organisation": Organisation.current(), "site_url": settings.SITE_URL, "language": language} | dict(
            context
        )
        return Words(
            subject=" ".join(render_to_string(f"emails/{template}.subject.txt", full).split()),
            text=render_to_string(f"emails/{template}.txt", full).strip() + "\n",
            html=render_to_string(f"emails/{template}.html", full),
        )


def owe(*, key: str, to: str, at: datetime, language: str = "en") -> None:
    """Write down that a letter is owed, in the transaction that causes it. ``queue`` under its key makes it.

    For a letter whose enclosure takes the worker a while: a receipt's PDF.
    """
    owed = OutgoingEmail(
        key=key,
        state=OutgoingEmail.State.OWED,
        recipient_sealed=sealing.seal(to, context=place(key, "recipient")),
        text_sealed=b"",
        language=language,
        queued_at=at,
        due_at=at,
    )
    OutgoingEmail.objects.bulk_create([owed], ignore_conflicts=True)


def release(key: str) -> None:
    """Forget a letter that was owed and is not due any more; one that was queued stays."""
    OutgoingEmail.objects.filter(key=key, state=OutgoingEmail.State.OWED).delete()


def withdraw(key: str) -> None:
    """Take back a letter that is not true any more, if it has not left yet."""
    OutgoingEmail.objects.filter(key=key, state__in=[OutgoingEmail.State.OWED, OutgoingEmail.State.QUEUED]).delete()


@transaction.atomic
def queue_ready(  # noqa: PLR0913 - a letter has this many parts
    *,
    key: str,
    to: str,
    subject: str,
    text: str,
    at: datetime,
    html: str = "",
    language: str = "en",
    enclosures: Sequence[Enclosure] = (),
) -> OutgoingEmail:
    """Queue a letter whose words are made already."""
    made = {
        "state": OutgoingEmail.State.QUEUED,
        "recipient_sealed": sealing.seal(to, context=place(key, "recipient")),
        "subject": subject[:200],
        "text_sealed": sealing.seal(text, context=place(key, "text")),
        "html_sealed": sealing.seal(html, context=place(key, "html")) if html else None,
        "language": language,
        "queued_at": at,
        "due_at": at,
    }
    letter, is_new = OutgoingEmail.objects.select_for_update().get_or_create(key=key, defaults=made)
    if letter.state == OutgoingEmail.State.OWED:
        OutgoingEmail.objects.filter(pk=letter.pk).update(**made)
        for name, value in made.items():
            setattr(letter, name, value)
        is_new = True
    if is_new:
        Attachment.objects.bulk_create(
            Attachment(letter=letter, name=e.name, content_type=e.content_type, content=e.content) for e in enclosures
        )
        nudging.after_commit("mail.tasks.deliver_due")
    return letter
