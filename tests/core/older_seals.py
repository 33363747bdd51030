"""What was sealed before, as it was sealed then."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


def sealed_in_version_1(text: str, *, context: str) -> bytes:
    """As everything was sealed until November 2026: with the ring's key itself."""
    key_id, key = next(iter(settings.SEALING_KEYS.items()))
    nonce = bytes(range(12))
    header = bytes([1, len(key_id)]) + str(key_id).encode()
    padded = text.encode() + b"\1"
    padded += bytes(-len(padded) % 64)
    return header + nonce + AESGCM(key).encrypt(nonce, padded, context.encode())
