"""What the sandbox is told by its environment."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = (
    "SANDBOX_PORT",
    "SANDBOX_SMTP_PORT",
    "SANDBOX_VAR",
    "SANDBOX_CLOCK_FILE",
    "SANDBOX_STRIPE_KEY",
    "SANDBOX_WEBHOOK_URL",
    "SANDBOX_WEBHOOK_SECRET",
)
# SANDBOX_URL: the address by which a browser reaches us. SANDBOX_RETRY_SECONDS: the first pause after a failed delivery.
OPTIONAL = ("SANDBOX_URL", "SANDBOX_RETRY_SECONDS")


class WrongEnvironment(Exception):
    """A variable is missing or odd; the message names it."""


@dataclass(frozen=True)
class Settings:
    port: int
    smtp_port: int
    var: Path
    clock_file: Path
    stripe_key: str
    webhook_url: str
    webhook_secret: str
    public_url: str
    retry_seconds: float


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the environment.

    :raises WrongEnvironment: naming the variable that is missing or odd
    """
    for name in sorted(environment):
        if name.startswith("SANDBOX_") and name not in REQUIRED + OPTIONAL:
            sys.stderr.write(f"sandbox: {name} is not a variable of mine; misspelt?\n")
    missing = [name for name in REQUIRED if not environment.get(name)]
    if missing:
        raise WrongEnvironment(f"{', '.join(missing)} must be set (see sandbox/settings.py).")
    port = _port(environment, "SANDBOX_PORT")
    return Settings(
        port=port,
        smtp_port=_port(environment, "SANDBOX_SMTP_PORT"),
        var=Path(environment["SANDBOX_VAR"]),
        clock_file=Path(environment["SANDBOX_CLOCK_FILE"]),
        stripe_key=_test_key(environment),
        webhook_url=_address(environment, "SANDBOX_WEBHOOK_URL"),
        webhook_secret=environment["SANDBOX_WEBHOOK_SECRET"],
        public_url=_address(environment, "SANDBOX_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        retry_seconds=_seconds(environment, "SANDBOX_RETRY_SECONDS", 1.0),
    )


def _port(environment: Mapping[str, str], name: str) -> int:
    text = environment[name]
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise WrongEnvironment(f"{name} must be a port number, not {text!r}.")
    return int(text)


def _test_key(environment: Mapping[str, str]) -> str:
    key = environment["SANDBOX_STRIPE_KEY"]
    if key.startswith(("sk_live_", "rk_live_")):
        raise WrongEnvironment("SANDBOX_STRIPE_KEY is a live key; the sandbox wants a made-up one.")
    return key


def _address(environment: Mapping[str, str], name: str, default: str = "") -> str:
    text = environment.get(name) or default
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WrongEnvironment(f"{name} must be an http address, not {text!r}.")
    return text


def _seconds(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise WrongEnvironment(f"{name} must be a number of seconds, not {text!r}.")
    return seconds
