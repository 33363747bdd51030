"""Asks the domain name system. Tests bring a resolver of their own (``settings.DNS_RESOLVER``)."""

from typing import Protocol

import dns.exception
import dns.resolver

_SECONDS = 3.0


class Unreachable(Exception):
    """No name server answers: nothing is known, which is not the same as that nothing is there."""


class Resolver(Protocol):
    def __call__(self, name: str) -> list[str]:
        """Return the TXT records of a name, each in one piece; none if there are none.

        :raises Unreachable: if nobody answers
        """


def texts(name: str) -> list[str]:
    """Ask the name servers that this machine uses, for at most three seconds.

    :raises Unreachable: if none answers
    """
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Unreachable from error
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]
