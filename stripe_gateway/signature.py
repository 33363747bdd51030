"""Whether Stripe signed these bytes: the same verdict as the SDK's ``WebhookSignature``, without its detours.

https://docs.stripe.com/webhooks#verify-manually: the header ``t=<seconds>,v1=<hex>,…`` carries HMAC-SHA256 over
``<seconds>.<body>``, once for each secret that is good at the moment. A test compares us with the SDK.
"""

import hmac
import time
from collections.abc import Iterable

TOLERANCE_SECONDS = 300
_SCHEME = "v1"


class NotFromStripe(Exception):
    """The signature is missing, forged, made with another secret, or too old."""


def verify(body: bytes, header: str, *, secrets: Iterable[str]) -> None:
    """Accept any of our secrets: during a rotation Stripe signs with the old and the new one.

    :param body: the raw bytes, as they were signed
    :raises NotFromStripe: if no secret fits, or the signature is older than 300 s by the wall clock
    """
    timestamp, signatures = _parts(header)
    if timestamp < time.time() - TOLERANCE_SECONDS:
        raise NotFromStripe
    signed = b"%d.%b" % (timestamp, body)
    # Whoever knows that a secret is empty could sign with it.
    if not any(_fits(signed, signatures, secret=secret) for secret in secrets if secret.strip()):
        raise NotFromStripe


def _fits(signed: bytes, signatures: list[str], *, secret: str) -> bool:
    """Return whether one of the signatures was made with this secret."""
    expected = hmac.digest(secret.encode(), signed, "sha256").hex()
    try:
        return any(hmac.compare_digest(expected, signature) for signature in signatures)
    except TypeError:  # A signature that is not even ASCII, before any that fits.
        return False


def _parts(header: str) -> tuple[int, list[str]]:
    """Return the time of signing and the signatures of our scheme."""
    pairs = [part.split("=", 2) for part in header.split(",")]
    try:
        timestamp = int(next(pair[1] for pair in pairs if pair[0] == "t"))
        return timestamp, [pair[1] for pair in pairs if pair[0] == _SCHEME]
    except (StopIteration, IndexError, ValueError) as error:
        raise NotFromStripe from error
