"""Asks another site whether a page is there. The addresses are editors', so nothing inside our own network is asked.

The name is looked up once, every address of it must be a public one, and the connection goes to that very address:
a name that answers differently a moment later (DNS rebinding) leads nowhere.
"""

import http.client
import ipaddress
import socket
import ssl
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from django.conf import settings

_SECONDS = 4
_MOST_REDIRECTS = 3
# Sites that do not know HEAD answer so.
_TRY_GET = {400, 403, 404, 405, 406, 500, 501, 503}
_PORTS = {"http": 80, "https": 443}
# IPv6 addresses that a gateway turns into IPv4 ones (RFC 6052, 8215, 2765, 4291), or that a site keeps for itself.
_WRAPPED = [
    ipaddress.ip_network(network)
    for network in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "fec0::/10")
]


class NotThere(Exception):
    """The page is not there, or nothing answers. The words are a code: ``404``, ``no_answer``, ``private``, ``loop``."""


class Fetcher(Protocol):
    """Says whether a page is there. Tests bring their own (``settings.LINK_FETCHER``)."""

    def __call__(self, address: str) -> None:
        """Return if the page is there.

        :raises NotThere: if it is not
        """


def fetch(address: str) -> None:
    """Ask for the head of a page, over at most three redirects, without reading what it says.

    :raises NotThere: if it is not there, does not answer within seconds, or is not on the public internet
    """
    for _hop in range(_MOST_REDIRECTS + 1):
        status, onwards = _ask(address, "HEAD")
        if status in _TRY_GET:
            status, onwards = _ask(address, "GET")
        if not onwards:
            break
        address = _joined(address, onwards)
    else:
        raise NotThere("loop")
    # Who asks us to sign in, or to wait, is there.
    if status >= 400 and status not in {401, 403, 407, 429, 451, 999}:
        raise NotThere(str(status))


def _joined(address: str, onwards: str) -> str:
    try:
        return urljoin(address, onwards)
    except ValueError as error:
        raise NotThere("no_answer") from error


def _ask(address: str, method: str) -> tuple[int, str]:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise NotThere("no_answer") from error
    if parts.scheme not in _PORTS or not parts.hostname or port not in _PORTS.values():
        raise NotThere("private")
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection = _connected(parts.scheme, parts.hostname, port)
        try:
            connection.request(method, _ascii(target), headers=_headers(parts.netloc.rpartition("@")[2]))
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", "") if 300 <= answer.status < 400 else ""
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise NotThere("no_answer") from error


def _connected(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    number = public_address(host, port)
    sock = socket.create_connection((number, port), timeout=_SECONDS)
    if scheme == "https":
        sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    connection.sock = sock
    return connection


def public_address(host: str, port: int) -> str:
    """Return an address of a host that stands on the public internet with all its addresses.

    :raises NotThere: if the name is unknown, or one of its addresses is private, local or reserved
    """
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise NotThere("no_answer") from error
    if not found or not all(is_public(number) for number in found):
        raise NotThere("private")
    return found[0]


def is_public(number: str) -> bool:
    """Say whether an IP address is one of the public internet, also when it is written as IPv6 around an IPv4."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if any(address in network for network in _WRAPPED):
        return False
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return address.is_global and not address.is_multicast and (inner is None or is_public(str(inner)))


def _headers(host: str) -> dict[str, str]:
    return {
        "Host": host.encode("idna").decode() if not host.isascii() else host,
        "User-Agent": f"Liferaft link check (+{settings.SITE_URL})",
        "Accept": "text/html,*/*;q=0.5",
        "Connection": "close",
    }


def _ascii(target: str) -> str:
    return target if target.isascii() else "".join(c if c.isascii() else _escaped(c) for c in target)


def _escaped(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())
