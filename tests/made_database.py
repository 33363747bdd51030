"""The migrated database that each worker's own is copied from: made once for a state of the sources, then kept.

All migrations take a quarter of a minute, a copy takes a moment. The name says what it was made of; a change to any
module of the product, or to what is installed, makes it anew.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

_NOT_IN_IT = {"tests", "bench", "sandbox", "supervisor", "script"}


def migrated() -> str:
    """Return the name of a database with all migrations, made if it is not there.

    Whoever comes second waits for the first.
    """
    start = f"test_{settings.DATABASES['default']['NAME']}_made_"
    name = start + _state_of_the_sources()
    with server() as administrator:
        administrator.execute("SELECT pg_advisory_lock(hashtext(%s))", [start])
        found = administrator.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [start])
        there = {str(row[0]) for row in found}
        if name in there:
            return name
        for old in there:
            _say(administrator, "DROP DATABASE {} WITH (FORCE)", old)
        # Only what was finished gets the name.
        unfinished = f"{start}unfinished"
        _say(administrator, "CREATE DATABASE {}", unfinished)
        with _connected_to(unfinished):
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        _say(administrator, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
    return name


@contextmanager
def server() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Connect to the server's own database, to make and drop others."""
    base = settings.DATABASES["default"]
    with psycopg.connect(
        dbname="postgres",
        user=base["USER"],
        password=base["PASSWORD"],
        host=base["HOST"],
        port=base["PORT"] or None,
        autocommit=True,
    ) as administrator:
        yield administrator


def _say(administrator: "psycopg.Connection[tuple[object, ...]]", statement: str, *names: str) -> None:
    administrator.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def _state_of_the_sources() -> str:
    """Return a short hash of every module that a migration, or what comes after migrations, might look at."""
    state = hashlib.sha256()
    for path in sorted(Path(settings.BASE_DIR).glob("[!._]*/**/*.py")):
        folder = path.relative_to(settings.BASE_DIR).parts[0]
        if folder not in _NOT_IN_IT:
            state.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes() + b"\0")
    for each in sorted(f"{one.name} {one.version}" for one in distributions()):
        state.update(each.encode())
    return state.hexdigest()[:12]
