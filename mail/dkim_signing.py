"""DKIM signatures (RFC 6376), where the relay does not make them: DKIM_KEY_FILE, DKIM_SELECTOR, DKIM_DOMAIN."""

from functools import lru_cache
from pathlib import Path

import dkim
from django.conf import settings

# RFC 8058, 4: both List-Unsubscribe headers must be signed. Signed where they are not there, no relay may add them.
_HEADERS = [
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
    b"content-language",
    b"auto-submitted",
    b"list-id",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
]


class KeyUnusable(Exception):
    """DKIM_KEY_FILE holds no RSA key in PEM, or cannot be read."""


def is_on() -> bool:
    """Whether letters are signed here."""
    return bool(settings.DKIM_KEY_FILE)


def signed(message: bytes) -> bytes:
    """Return the message with its signature in front; as it is, where letters are not signed here.

    :raises KeyUnusable: if the key is none
    """
    if not is_on():
        return message
    key = _key(settings.DKIM_KEY_FILE)
    try:
        signature: bytes = dkim.sign(
            message,
            selector=settings.DKIM_SELECTOR.encode("ascii"),
            domain=settings.DKIM_DOMAIN.encode("idna"),
            privkey=key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_HEADERS,
        )
    except (dkim.KeyFormatError, dkim.UnparsableKeyError) as error:
        raise KeyUnusable from error
    return signature + message


@lru_cache(maxsize=2)
def _key(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise KeyUnusable from error
