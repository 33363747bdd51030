"""How many may sign up in an hour: from one network, and in all. A flood of made-up sign-ups ends here.

Above the usual number the form asks for a proof of work, until an hour after the flood. Who cannot give one, for want
of a script, is not sent away: their letter waits for its turn among a few an hour.
"""

from enum import Enum

from django.conf import settings
from django.core.cache import caches

from cms.readers import proof_of_work
from core import throttle

_HOUR = 60 * 60
_PER_NETWORK = 20
_LINKS_PER_ADDRESS = 3
_DAY = 24 * _HOUR
# One mailbox has any number of addresses that differ by what stands behind a "+".
_PER_MAILBOX = 6
# So many times the usual number, if each one proved work.
_PROVEN = 4
_ATTACKED = "readers.attacked"


class Way(Enum):
    """What becomes of a sign-up: its letter leaves at once, it waits for its turn, or a proof is asked for first."""

    AT_ONCE = "at once"
    WAITS = "waits"
    PROVE = "prove"


class TooManyHere(Exception):
    """Many signed up from this network within the hour."""


def is_attacked() -> bool:
    """Return whether the form asks for a proof of work now."""
    return settings.SIGN_UP_PROOF == "always" or bool(caches["shared"].get(_ATTACKED))


def admit(*, address: str, proof: str | None) -> Way:
    """Count one sign-up and say which way it goes.

    :param address: the visitor's IP address; what is kept of it is a keyed hash of its block
    :param proof: what the form's script made; empty if it did not run, none if the form did not ask for it
    :raises TooManyHere: if it is one too many from this network
    """
    # The narrow budget comes first: what it stops does not use up everybody's.
    if not _allow("network", throttle.address_block(address), limit=_PER_NETWORK):
        raise TooManyHere
    if not _allow("all", "", limit=settings.SIGN_UPS_PER_HOUR):
        caches["shared"].set(_ATTACKED, value=True, timeout=_HOUR)
    if not is_attacked():
        return Way.AT_ONCE
    if proof is None:
        return Way.PROVE
    is_proven = proof_of_work.is_solved(proof) and _allow("proven", "", limit=_PROVEN * settings.SIGN_UPS_PER_HOUR)
    return Way.AT_ONCE if is_proven else Way.WAITS


def may_ask_for_link(*, address: str, email: str) -> bool:
    """Count one wish for the link to one's own page, and return whether a letter may go.

    There is no budget for all together: a flood of made-up addresses sends nothing, and must not keep readers out.
    """
    return _allow("network", throttle.address_block(address), limit=_PER_NETWORK) and _allow(
        "link", email, limit=_LINKS_PER_ADDRESS
    )


def may_write_to_mailbox(email: str) -> bool:
    """Count one sign-up of an address with a "+", and return whether its mailbox gets so many letters on a day."""
    local, _at, domain = email.rpartition("@")
    mailbox, plus, _tag = local.partition("+")
    if not plus:
        return True
    return throttle.allow("readers.mailbox", f"{mailbox}@{domain}".lower(), limit=_PER_MAILBOX, seconds=_DAY)


def _allow(scope: str, key: str, *, limit: int) -> bool:
    return throttle.allow(f"readers.{scope}", key, limit=limit, seconds=_HOUR)
