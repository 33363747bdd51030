"""Names of our letters in Message-ID and return path: what comes back tells which letter it was, and nobody else can.

``delivery.12.5f3a9c01``: what it is, its number, and a keyed hash of both. Whoever writes us a report on a letter must
have seen that letter; and whose address it went to is read from our rows, never from the report.

A Message-ID goes on with every letter that is passed on or answered. The return path does not: only the mail servers on
the way see it. So each has a proof of its own, and one is not good for the other.
"""

import hmac
import re
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from core import sealing

# An issue's letter to a reader (cms.Delivery), and a letter of the outbox (mail.OutgoingEmail).
DELIVERY = "delivery"
LETTER = "letter"
# What the proofs are for.
_MESSAGE_ID, _RETURN_PATH = "mail.name", "mail.return_path"
_NAME = re.compile(
    rf"\b({DELIVERY}|{LETTER})\.([1-9][0-9]{{0,17}})\.([0-9a-f]{{8}})(?![0-9a-z])", re.ASCII | re.IGNORECASE
)
# A row of headers that somebody made up holds no more than this for us.
_MOST_NAMES = 20


class Name(NamedTuple):
    """A letter of ours: ``delivery`` or ``letter``, and the row's number."""

    kind: str
    number: int


def message_id(kind: str, number: int) -> str:
    """Return a letter's Message-ID: the same whenever it is asked for."""
    return f"<{_name(kind, number, _MESSAGE_ID)}@{_domain(settings.MAIL_FROM)}>"


def return_path(kind: str, number: int) -> str:
    """Return the envelope's sender: MAIL_BOUNCES, with the letter's name in place of a ``*``, or else MAIL_FROM."""
    if settings.MAIL_BOUNCES:
        return str(settings.MAIL_BOUNCES).replace("*", _name(kind, number, _RETURN_PATH))
    return _address(settings.MAIL_FROM)


def return_path_names_the_letter() -> bool:
    """Whether mail that comes back tells by its address which letter it was."""
    return "*" in str(settings.MAIL_BOUNCES)


def read(text: str) -> Name | None:
    """Return the first letter of ours that a Message-ID names."""
    return _read(text, _MESSAGE_ID)


def read_return_path(text: str) -> Name | None:
    """Return the first letter of ours that an address names, to which mail came back."""
    return _read(text, _RETURN_PATH)


def _read(text: str, purpose: str) -> Name | None:
    for place, found in enumerate(_NAME.finditer(text)):
        kind, number, proof = found[1].lower(), int(found[2]), found[3].lower()
        if hmac.compare_digest(proof, _proof(kind, number, purpose)):
            return Name(kind, number)
        if place >= _MOST_NAMES:
            break
    return None


def _name(kind: str, number: int, purpose: str) -> str:
    """Return a letter's name, good for an address too."""
    return f"{kind}.{number}.{_proof(kind, number, purpose)}"


# To take a mailbox apart costs more than all else that is done for one reader's letter.
@lru_cache(maxsize=8)
def _address(mailbox: str) -> str:
    return parseaddr(mailbox)[1]


@lru_cache(maxsize=8)
def _domain(mailbox: str) -> str:
    return _address(mailbox).rpartition("@")[2].encode("idna").decode("ascii")


def _proof(kind: str, number: int, purpose: str) -> str:
    # By LOOKUP_KEY, which never changes: what comes back weeks later must still fit.
    return sealing.blind_index(f"{kind}.{number}", purpose=purpose).hex()[:8]
