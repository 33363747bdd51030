"""The personal links in a letter: they lead to leaving, pausing and back, and to nothing else of the reader's.

The one that is written in the letter goes along when the letter is passed on. So it opens no address, no choice and no
export, and whatever is done by it is told to the reader. The one in the letter's head is the mail program's, which leaves
by it without a word (RFC 8058); it is another one, for whoever has a copy seldom has the head.
"""

import uuid
from dataclasses import dataclass

from django.conf import settings

from core import links

_WRITTEN, _HEAD = "newsletter.leave", "newsletter.one_click"


@dataclass(frozen=True)
class LeaveLink:
    """Whose link it is, of which delivery (none in a letter that belongs to no sending), and whether it is the head's."""

    key: uuid.UUID
    delivery: int | None
    is_of_head: bool


def token(key: uuid.UUID, delivery: int | None = None) -> str:
    """Return the token that is written in a letter. It is good for ever: who wants to leave must be able to."""
    return _sign(_WRITTEN, key, delivery)


def head_token(key: uuid.UUID, delivery: int | None = None) -> str:
    """Return the token of a letter's head, for ever too."""
    return _sign(_HEAD, key, delivery)


def _sign(purpose: str, key: uuid.UUID, delivery: int | None) -> str:
    return links.sign(purpose, f"{key.hex}:{delivery or ''}")


def read(value: str) -> LeaveLink:
    """Return whose token it is.

    :raises core.links.LinkRefused: if we did not make it
    """
    try:
        found, is_of_head = links.read(_WRITTEN, value), False
    except links.LinkRefused:
        found, is_of_head = links.read(_HEAD, value), True
    key, _, delivery = found.partition(":")
    return LeaveLink(uuid.UUID(hex=key), int(delivery) if delivery else None, is_of_head)


def address(value: str, *, language: str = "en") -> str:
    """Return where a token leads: ``/unsubscribe/<token>/``, or under ``/es/``. The POST of RFC 8058 goes there too."""
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return f"{settings.SITE_URL}{prefix}/unsubscribe/{value}/"
