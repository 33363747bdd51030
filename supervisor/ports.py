"""Which ports this copy uses, and whether they are free."""

import contextlib
import errno
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from supervisor import envfile
from supervisor.folders import Var

HIGHEST = 65535


class PortTaken(Exception):
    """Another program listens there; the message says which port and what to do."""


@dataclass(frozen=True)
class Ports:
    web: int
    sandbox: int
    mailbox: int

    @classmethod
    def choose(cls, environment: Mapping[str, str]) -> "Ports":
        """Return the ports asked for, and for those not asked for the next free ones.

        :raises PortTaken: if one that was asked for is in use
        """
        web = _asked("PORT", environment, 8000)
        if not is_free(web):
            raise PortTaken(
                f"Port {web} is in use by another program. Stop it, or choose another: PORT={web + 100} script/server"
            )
        sandbox = _asked("SANDBOX_PORT", environment, 0)
        if sandbox and not is_free(sandbox):
            raise PortTaken(f"Port {sandbox} (SANDBOX_PORT) is in use by another program. Stop it, or choose another.")
        sandbox = sandbox or _next_free(web + 1)
        mailbox = _asked("SANDBOX_SMTP_PORT", environment, 0)
        if mailbox and not is_free(mailbox):
            raise PortTaken(
                f"Port {mailbox} (SANDBOX_SMTP_PORT) is in use by another program. Stop it, or choose another."
            )
        return cls(web, sandbox, mailbox or _next_free(sandbox + 1))

    @classmethod
    def last_used(cls, var: Var, environment: Mapping[str, str]) -> "Ports":
        """Return those of the running or last server, so that `script/manage` speaks of the same addresses."""
        known = envfile.read(var.ports)
        web = _asked("PORT", environment, int(known.get("web", 8000)))
        return cls(web, int(known.get("sandbox", web + 1)), int(known.get("mailbox", web + 2)))

    def remember(self, var: Var) -> None:
        new = var.ports.with_suffix(".new")
        new.write_text(envfile.written({name: str(port) for name, port in asdict(self).items()}))
        new.replace(var.ports)


def is_free(port: int) -> bool:
    """Try it: on IPv4, and on IPv6 where there is any, since a browser may try either for "localhost"."""
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection just closed is no listener
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    return False
    return True


def _asked(name: str, environment: Mapping[str, str], default: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not text.isdecimal() or int(text) > HIGHEST:
        raise PortTaken(f"{name}={text} is not a port number from 1 to {HIGHEST}.")
    return int(text)


def _next_free(start: int) -> int:
    for port in range(start, min(start + 100, HIGHEST + 1)):
        if is_free(port):
            return port
    raise PortTaken(f"No free port from {start} on.")
