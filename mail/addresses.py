"""How an address is known without being kept."""

from core import sealing


def index_of(email: str) -> bytes:
    """Return the keyed hash that an address is found and suppressed by, in any case."""
    return sealing.blind_index(email, purpose="mail.address")
