"""Seals what was told us in confidence, so that a copy of the database alone reveals nothing.

AES-256-GCM. Each sealed thing is bound to its place by ``context`` (table, column and the row's immutable id), so a
value moved to another row no longer opens. Format: version byte, length of the key's id, the id, 12 bytes of nonce, ciphertext and tag.
Keys come newest first from SEALING_KEYS: the first seals, any may open; ``core.resealing`` brings what is older up to date.
It protects against a stolen database or backup, not against a taken-over application, which holds the keys.

Versions: 1 seals with the ring's key itself. 2, which is written today, derives a key for each purpose (what stands
before the colon in ``context``: table and column) by HKDF-SHA256 (RFC 5869), so that no key seals so much that its
nonces (random, 96 bits: NIST SP 800-38D, 8.3) could meet, and one that leaked from a single use opens nothing else.
"""

import hashlib
import hmac
import os
import unicodedata
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = 2
_KEY_BYTES = 32
_NONCE_BYTES = 12
# Lengths are rounded up, so that a short answer ("no") cannot be told from its size.
_BLOCK = 64
# The longest header: two bytes and a key's id.
HEADER_BYTES = 2 + 255


class SealBroken(Exception):
    """The sealed bytes do not belong to this place, were changed, or their key is gone."""


def seal(text: str, *, context: str) -> bytes:
    """Return ``text`` sealed for the place named by ``context``, for example ``aid_case.story:<uuid>``."""
    return seal_bytes(text.encode(), context=context)


def unseal(blob: bytes | memoryview, *, context: str) -> str:
    """Return the text that was sealed for this context.

    :raises SealBroken: if it was sealed for another place, tampered with, or its key is not in SEALING_KEYS
    """
    return unseal_bytes(blob, context=context).decode()


def seal_bytes(data: bytes, *, context: str) -> bytes:
    """Return a file's content sealed for the place named by ``context``. It is in memory three times meanwhile.

    Its size is rounded up by at most an eighth: what is sealed tells little of which file it is.
    """
    key = next(iter(settings.SEALING_KEYS.values()))
    nonce = os.urandom(_NONCE_BYTES)
    return current_header() + nonce + _cipher(_VERSION, key, context).encrypt(nonce, _pad(data), context.encode())


def unseal_bytes(blob: bytes | memoryview, *, context: str) -> bytes:
    """Return the content that was sealed for this context.

    :raises SealBroken: if it was sealed for another place, tampered with, or its key is not in SEALING_KEYS
    """
    data = bytes(blob)
    header = header_of(data)
    key = settings.SEALING_KEYS.get(key_id_of(header))
    if key is None or header[0] not in {1, _VERSION}:
        raise SealBroken
    body = len(header) + _NONCE_BYTES
    try:
        padded = _cipher(header[0], key, context).decrypt(data[len(header) : body], data[body:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
    return padded.rstrip(b"\0")[:-1]


def is_current(blob: bytes | memoryview) -> bool:
    """Whether it is sealed with the newest key and in the newest version. Its beginning is enough to tell."""
    return header_of(blob) == current_header()


def current_header() -> bytes:
    """Return what everything that is sealed now begins with: version, length of the key's id, and the id."""
    key_id = next(iter(settings.SEALING_KEYS)).encode("ascii")
    return bytes([_VERSION, len(key_id)]) + key_id


def header_of(blob: bytes | memoryview) -> bytes:
    """Return the beginning of sealed bytes that tells their version and key; nonsense gives whatever stands there."""
    start = bytes(blob[:HEADER_BYTES])
    return start[: 2 + start[1]] if len(start) > 1 else start


def key_id_of(header: bytes) -> str:
    """Return the id of the key that a header names, which may be none of ours."""
    return header[2:].decode("ascii", "replace")


def blind_index(value: str, *, purpose: str) -> bytes:
    """Return a keyed hash by which equal values find each other without being stored.

    Case, accents' composition and surrounding space do not matter. ``purpose`` keeps the indexes of different
    columns apart. The key is LOOKUP_KEY alone, not derived and not rotated: indexes in the database must stay what
    they are, and what they were made from (case words) is stored nowhere.
    """
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.digest(settings.LOOKUP_KEY, f"{purpose}\0{normal}".encode(), hashlib.sha256)


def _cipher(version: int, key: bytes, context: str) -> AESGCM:
    purpose = context.partition(":")[0] if version == _VERSION else ""
    return _prepared(version, key, purpose)


# There are about as many purposes as sealed columns; deriving costs more than sealing a page of text.
@lru_cache(maxsize=512)
def _prepared(version: int, key: bytes, purpose: str) -> AESGCM:
    if version == 1:
        return AESGCM(key)
    info = b"liferaft.sealing\0" + purpose.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(key))


def _pad(data: bytes) -> bytes:
    size = len(data) + 1
    step = max(_BLOCK, 1 << max(0, size.bit_length() - 4))
    return data + b"\1" + b"\0" * (-size % step)
