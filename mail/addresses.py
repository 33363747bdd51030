"""How an address is known without being kept."""

from contextlib import suppress

from core import sealing
from mail import addressing


def index_of(email: str) -> bytes:
    """Return the keyed hash that an address is found and suppressed by, in any case and however its domain is written."""
    # What has no such form is no reader's, but a letter may have gone there all the same.
    with suppress(addressing.AddressRefused):
        email = addressing.one_form(email)
    return sealing.blind_index(email, purpose="mail.address")
