"""So many tries in so long a time, and no more. What is counted is kept as a keyed hash, never as an address."""

import ipaddress
import time

from django.core.cache import caches

from core import sealing


def allow(scope: str, key: str, *, limit: int, seconds: int) -> bool:
    """Count one try and return whether it is within ``limit`` per ``seconds``.

    :param scope: what is being tried, for example ``aid.case-words``
    :param key: who tries: an address block, a mail address, or "" for everybody together
    """
    # Two tries at the same moment may count as one; a limit may be a little too generous.
    name = _name(scope, key, seconds)
    cache = caches["shared"]
    try:
        return cache.incr(name) <= limit
    except ValueError:  # the first try of this span
        cache.set(name, 1, timeout=seconds * 2)
        return limit >= 1


def forgive(scope: str, key: str, *, seconds: int) -> None:
    """Take back one try that ``allow`` counted: it was no guess after all (organisation.doors, a right password)."""
    try:
        caches["shared"].decr(_name(scope, key, seconds))
    except ValueError:
        return  # The span has passed meanwhile, and the count with it.


def _name(scope: str, key: str, seconds: int) -> str:
    window = int(time.time() // seconds)
    return sealing.blind_index(f"{scope}\0{key}\0{window}", purpose="throttle").hex()


def address_block(address: str) -> str:
    """Return the network that an address belongs to: /24 for IPv4, /48 for IPv6. Neighbours share a budget."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address  # what a proxy of ours wrote instead, for example "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        # A socket for both kinds writes IPv4 addresses as ::ffff:203.0.113.9.
        found = found.ipv4_mapped or found
    length = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False).network_address)
