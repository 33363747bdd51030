"""A sum for the visitor's browser, made and checked by ourselves, for when very many sign up at once.

PBKDF2 in the browser's own code, a second or so on a phone: nothing to one person, much to who signs up thousands. No
service of others is asked, and it is never the only way in.
"""

import base64
import hashlib
import json
import secrets
import time

import altcha
from django.conf import settings
from django.core.cache import caches

_ALGORITHM = "PBKDF2/SHA-256"
# So many tries, of so many rounds each: about a second on a cheap phone, three milliseconds for us.
_TRIES, _ROUNDS = 200, 3000
_GOOD_FOR = 4 * 60 * 60  # seconds; as long as the form


def challenge() -> str:
    """Return a fresh sum, as JSON for the page. A signed one can be checked without being kept."""
    made = altcha.create_challenge(
        _ALGORITHM,
        _ROUNDS,
        counter=_TRIES // 2 + secrets.randbelow(_TRIES),
        expires_at=int(time.time()) + _GOOD_FOR,
        hmac_secret=_key("challenge"),
        hmac_key_secret=_key("solution"),
    )
    return json.dumps(made.to_dict())


def is_solved(payload: str) -> bool:
    """Return whether it is the right solution of a sum of ours that was not used before."""
    try:
        result = altcha.verify_solution(payload, _key("challenge"), hmac_key_secret=_key("solution"))
    except (AttributeError, TypeError, ValueError, OverflowError):
        return False  # Whatever a stranger made up.
    return result.verified and caches["shared"].add(_used(payload), value=True, timeout=_GOOD_FOR)


def _used(payload: str) -> str:
    # The signature names the sum; the rest of what was sent could be written in many ways.
    signature = json.loads(base64.b64decode(payload))["challenge"]["signature"]
    return f"readers.proof:{hashlib.sha256(str(signature).encode()).hexdigest()}"


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"liferaft.proof-of-work.{purpose}\0{settings.SECRET_KEY}".encode()).digest()
