"""The one personal link in a letter: it leads to leaving, pausing and back, and to nothing else of the reader's.

A forwarded letter carries it along. So it opens no address, no choice and no export; and whoever leaves by the page gets
a letter that takes it back.
"""

import uuid
from dataclasses import dataclass

from django.conf import settings

from core import links

_PURPOSE = "newsletter.leave"


@dataclass(frozen=True)
class LeaveLink:
    """Whose link it is, and of which delivery; none in a letter that belongs to no sending."""

    key: uuid.UUID
    delivery: int | None


def token(key: uuid.UUID, delivery: int | None = None) -> str:
    """Return the token of a reader's link. It is good for ever: who wants to leave must be able to."""
    return links.sign(_PURPOSE, f"{key.hex}:{delivery or ''}")


def read(value: str) -> LeaveLink:
    """Return whose token it is.

    :raises core.links.LinkRefused: if we did not make it
    """
    key, _, delivery = links.read(_PURPOSE, value).partition(":")
    return LeaveLink(uuid.UUID(hex=key), int(delivery) if delivery else None)


def address(value: str, *, language: str = "en") -> str:
    """Return where a token leads: ``/unsubscribe/<token>/``, or under ``/es/``. The POST of RFC 8058 goes there too."""
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return f"{settings.SITE_URL}{prefix}/unsubscribe/{value}/"
