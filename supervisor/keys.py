"""The secrets of one copy: made on the first run, kept in $LIFERAFT_VAR/secrets.env, never changed after."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from supervisor import envfile, locks
from supervisor.folders import Var


def _sealing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


MAKERS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "SEALING_KEYS": lambda: f"k1:{_sealing_key()}",
    "LOOKUP_KEY": _sealing_key,
    # The sandbox's own: a real Stripe key comes from the environment.
    "SANDBOX_STRIPE_KEY": lambda: f"sk_test_sandbox{secrets.token_hex(16)}",
    "SANDBOX_WEBHOOK_SECRET": lambda: f"whsec_{secrets.token_hex(24)}",
}


def kept(var: Var) -> dict[str, str]:
    """Return the secrets, after making those that are missing."""
    with locks.held(var.run / "secrets.lock"):
        known = envfile.read(var.keys)
        missing = {name: make() for name, make in MAKERS.items() if name not in known}
        if missing:
            known |= missing
            _write_private(var.keys, envfile.written(known))
        return known


def _write_private(path: Path, text: str) -> None:
    """Replace the file in one move: whoever is killed half-way leaves the old one whole."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
