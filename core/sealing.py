"""Seals what was told us in confidence, so that a copy of the database alone reveals nothing.

AES-256-GCM. Each sealed text is bound to its place by ``context`` (table, column and the row's immutable id), so a
value moved to another row no longer opens. Format: version byte, length of the key's id, the id, 12 bytes of nonce, ciphertext and tag.
Keys come newest first from SEALING_KEYS: the first seals, any may open. It protects against a stolen database or
backup, not against a taken-over application, which holds the keys.
"""

import hashlib
import hmac
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1
_NONCE_BYTES = 12
# Lengths are rounded up, so that a short answer ("no") cannot be told from its size.
_BLOCK = 64


class SealBroken(Exception):
    """The sealed bytes do not belong to this place, were changed, or their key is gone."""


def seal(text: str, *, context: str) -> bytes:
    """Return ``text`` sealed for the place named by ``context``, for example ``aid_case.story:<uuid>``."""
    key_id, key = next(iter(settings.SEALING_KEYS.items()))
    nonce = os.urandom(_NONCE_BYTES)
    body = AESGCM(key).encrypt(nonce, _pad(text.encode()), context.encode())
    return bytes([_VERSION, len(key_id)]) + key_id.encode("ascii") + nonce + body


def unseal(blob: bytes | memoryview, *, context: str) -> str:
    """Return the text that was sealed for this context.

    :raises SealBroken: if it was sealed for another place, tampered with, or its key is not in SEALING_KEYS
    """
    data = bytes(blob)
    if len(data) < 2 or data[0] != _VERSION:
        raise SealBroken
    key_id, rest = data[2 : 2 + data[1]], data[2 + data[1] :]
    key = settings.SEALING_KEYS.get(key_id.decode("ascii", "replace"))
    if key is None:
        raise SealBroken
    try:
        padded = AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
    return padded.rstrip(b"\0")[:-1].decode()


def blind_index(value: str, *, purpose: str) -> bytes:
    """Return a keyed hash by which equal values find each other without being stored.

    Case, accents' composition and surrounding space do not matter. ``purpose`` keeps the indexes of different
    columns apart.
    """
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.digest(settings.LOOKUP_KEY, f"{purpose}\0{normal}".encode(), hashlib.sha256)


def _pad(data: bytes) -> bytes:
    marked = data + b"\1"
    return marked + b"\0" * (-len(marked) % _BLOCK)
