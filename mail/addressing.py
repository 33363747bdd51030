"""Addresses as they go on the wire. What would break an envelope or a letter's head is refused here, for everybody."""

import re

# One address and nothing beside it: no space, no comma, no angle bracket, nothing that ends a line.
_ADDRESS = re.compile(r"[^\s,;:<>()\[\]\\\"@\x00-\x1f\x7f]+@[^\s,;:<>()\[\]\\\"@\x00-\x1f\x7f]+")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# RFC 5321, 4.5.3.1.3, without the angle brackets.
_LONGEST = 254


class AddressRefused(Exception):
    """No letter can go to this: it is not one plain address."""


def as_sent(address: str) -> str:
    """Return the address with its domain in ASCII (IDNA). What stands before the @ stays, also beyond ASCII (RFC 6531).

    :raises AddressRefused: if it is not one plain address, or its domain cannot be written in ASCII
    """
    if not _ADDRESS.fullmatch(address):
        raise AddressRefused
    local, _, domain = address.rpartition("@")
    try:
        sent = address if domain.isascii() else f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise AddressRefused from error
    if len(sent.encode()) > _LONGEST:
        raise AddressRefused
    return sent


def one_form(address: str) -> str:
    """Return the address of a reader as it is kept and found again: the domain in ASCII and small letters.

    However a mailbox is written, it is one reader, and no other mailbox is: domains differ by signs that nobody sees
    (a soft hyphen, another dot), letters by how a database and Python make them small. So there is nothing but ASCII.

    :raises AddressRefused: if it is not one plain address, or what stands before the @ is beyond ASCII
    """
    local, _, domain = as_sent(address.strip()).rpartition("@")
    domain = domain.lower()
    if not local.isascii() or not _HOST.fullmatch(domain):
        raise AddressRefused
    return f"{local}@{domain}"
