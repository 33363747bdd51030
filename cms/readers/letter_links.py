"""The links in letters to readers that open something: they confirm, take leaving back, or open what one chose.

Each is signed and good for one purpose. None changes anything when it is only looked at. Ages of the links that open
a page are the wall clock's; when somebody asked is our clock's, as everything in the tables.
"""

import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import caches
from django.urls import reverse
from django.utils import translation

from cms.models.subscribers import Subscriber
from core import links

_CONFIRM, _BACK, _OPEN, _VISIT = (f"newsletter.{name}" for name in ("confirm", "back", "open", "visit"))
_BACK_GOOD_FOR = timedelta(days=30)
_OPENS_FOR = timedelta(minutes=15)
_IDLE = timedelta(minutes=30)
_LONGEST = timedelta(hours=2)


class LinkIsSpent(Exception):
    """The link was used: it opens once."""


@dataclass(frozen=True)
class Asked:
    """What a confirmation says yes to: whose letters, in which language, about what, and when they were asked for."""

    key: uuid.UUID
    language: str
    topics: tuple[int, ...]
    at: datetime


def to_confirm(asked: Asked) -> str:
    """Return the address that confirms. What was chosen travels in it: who types another's address changes nothing."""
    topics = ",".join(str(topic) for topic in asked.topics)
    value = f"{asked.key.hex}:{round(asked.at.timestamp() * 1000)}:{asked.language}:{topics}"
    return _address("cms_subscribe_confirm", links.sign(_CONFIRM, value), language=asked.language)


def asked(token: str) -> Asked:
    """Return what a link confirms.

    :raises core.links.LinkRefused: if we did not make it
    """
    key, at, language, topics = links.read(_CONFIRM, token).split(":")
    moment = datetime.fromtimestamp(int(at) / 1000, tz=UTC)
    return Asked(uuid.UUID(hex=key), language, tuple(int(topic) for topic in topics.split(",") if topic), moment)


def to_come_back(reader: Subscriber) -> str:
    """Return the address that takes leaving or a pause back. It stands in a letter about just that."""
    return _address("cms_subscribe_back", links.sign(_BACK, reader.key.hex), language=reader.language)


def who_comes_back(token: str) -> uuid.UUID:
    """Return whose link it is.

    :raises core.links.LinkRefused: if we did not make it, or it is older than 30 days
    """
    return uuid.UUID(hex=links.read(_BACK, token, max_age=_BACK_GOOD_FOR))


def to_open(reader: Subscriber) -> str:
    """Return a fresh address that opens a reader's own page once, within a quarter of an hour."""
    value = f"{reader.key.hex}:{secrets.token_hex(8)}"
    return _address("cms_preferences_open", links.sign(_OPEN, value), language=reader.language)


def is_open(token: str) -> bool:
    """Return whether a link can still be exchanged for a visit."""
    try:
        links.read(_OPEN, token, max_age=_OPENS_FOR)
    except links.LinkRefused:
        return False
    return caches["shared"].get(_spent(token)) is None


def begin(token: str) -> str:
    """Exchange a link for a visit; return the token that the page's forms carry.

    :raises core.links.LinkRefused: if it is too old, or we did not make it
    :raises LinkIsSpent: if it was used before
    """
    key, _, _nonce = links.read(_OPEN, token, max_age=_OPENS_FOR).partition(":")
    if not caches["shared"].add(_spent(token), value=True, timeout=2 * _OPENS_FOR.total_seconds()):
        raise LinkIsSpent
    return _visit(uuid.UUID(hex=key), began=int(time.time()))


def go_on(visit: str) -> tuple[uuid.UUID, str]:
    """Return whose visit it is, and the token for the next page, with which the half hour begins anew.

    :raises core.links.LinkRefused: if the visit has ended
    """
    key, _, began = links.read(_VISIT, visit, max_age=_IDLE).partition(":")
    if time.time() - int(began) > _LONGEST.total_seconds():
        raise links.LinkRefused
    return uuid.UUID(hex=key), _visit(uuid.UUID(hex=key), began=int(began))


def preferences(language: str) -> str:
    """Return where anybody asks for the link to what they chose. It is the same for everybody."""
    return _address("cms_preferences", language=language)


def sign_up(language: str) -> str:
    """Return where anybody signs up."""
    return _address("cms_subscribe", language=language)


def _visit(key: uuid.UUID, *, began: int) -> str:
    return links.sign(_VISIT, f"{key.hex}:{began}")


def _spent(token: str) -> str:
    return f"readers.link:{hashlib.sha256(token.encode()).hexdigest()}"


def _address(name: str, *args: str, language: str) -> str:
    with translation.override(language):
        return settings.SITE_URL + reverse(name, args=args)
