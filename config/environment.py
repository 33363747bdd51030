"""Reads settings from the environment, strictly: what is missing or odd stops the start with the variable's name."""

import base64
import binascii
import os
import re
from collections.abc import Collection
from decimal import Decimal
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return the variable's value; without a default it must be there and not empty.

    :raises ImproperlyConfigured: naming the variable, never its value
    """
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example and docs/settings.md.")
    return value


def choice(name: str, choices: Collection[str], default: str | None = None) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of: {', '.join(sorted(choices))}.")
    return value


def integer(name: str, default: int, *, least: int, most: int) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def decimal(name: str, default: str, *, most: int) -> Decimal:
    """Return a number from 0 to ``most``, written with a point: 2.9."""
    value = text(name, default)
    if not re.fullmatch(r"\d{1,6}(\.\d{1,4})?", value, re.ASCII) or Decimal(value) > most:
        raise ImproperlyConfigured(f"{name} must be a number from 0 to {most}, like {default}.")
    return Decimal(value)


def url(name: str, schemes: Collection[str], default: str | None = None) -> str:
    """Return an address without a trailing slash, whose scheme is one of ``schemes``."""
    value = text(name, default)
    if value == default == "":
        return value
    parts = urlsplit(value)
    if parts.scheme not in schemes:
        raise ImproperlyConfigured(f"{name} must be an address that starts with {' or '.join(schemes)}://.")
    try:
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} has a port that is not a number.") from error
    return value.rstrip("/")


def database(address: str) -> dict[str, Any]:
    """Return Django's settings for a postgresql:// address; ``?host=`` may name a folder with a Unix socket."""
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(query.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def folder(name: str) -> Path:
    value = Path(text(name))
    if not value.is_dir():
        raise ImproperlyConfigured(f"{name} must be a folder that exists.")
    return value.resolve()


def names(name: str, default: str | None = None) -> list[str]:
    """Return the parts of a comma-separated list."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def mailbox(name: str) -> str:
    value = text(name)
    if "@" not in parseaddr(value)[1]:
        raise ImproperlyConfigured(f"{name} must be a mail address, alone or as: Name <address@example.org>.")
    return value


def return_path(name: str) -> str:
    """Return a bare address, in which a ``*`` before the @ may stand for what tells letters apart; or nothing."""
    value = text(name, "")
    if value and not re.fullmatch(r"[\w.+=-]*\*?[\w.+=-]*@[a-z0-9-]+(\.[a-z0-9-]+)+", value, re.ASCII | re.IGNORECASE):
        raise ImproperlyConfigured(f"{name} must be an address like bounces@example.org or bounces+*@example.org.")
    return value


def key(name: str) -> bytes:
    """Return 32 bytes written in base64."""
    return _key_bytes(name, text(name))


def keyring(name: str) -> dict[str, bytes]:
    """Return keys by id, newest first, from ``id:base64,id:base64``."""
    ring: dict[str, bytes] = {}
    for part in names(name):
        key_id, colon, encoded = part.partition(":")
        if not colon or not (key_id.isascii() and key_id.isalnum()) or len(key_id) > 8 or key_id in ring:
            raise ImproperlyConfigured(f"{name} must be a list of id:base64 with different short ids.")
        ring[key_id] = _key_bytes(name, encoded)
    return ring


def _key_bytes(name: str, encoded: str) -> bytes:
    try:
        value = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(f"{name} must be written in base64.") from error
    if len(value) != 32:
        raise ImproperlyConfigured(f"{name} must hold keys of exactly 32 bytes.")
    return value
