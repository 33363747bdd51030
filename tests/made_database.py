"""The migrated database that each worker's own is copied from: made once for a state of the sources, then kept.

All migrations take a quarter of a minute, a copy takes a moment. The name says what it was made of; a change to a
migration, to a model, to a module that they use or to what is installed makes it anew.
"""

import ast
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

_ROOTS = ("*/migrations/*.py", "*/models.py", "*/models/*.py", "*/apps.py", "config/settings.py")
_START = "test_liferaft_made_"
# Only what was finished gets a name of its own.
_UNFINISHED = f"{_START}unfinished"
# Of older states: others may be at work on another branch.
_KEPT = 3


def migrated() -> str:
    """Return the name of a database with all migrations, made if it is not there.

    All who test on this server share it; whoever comes second waits for the first.
    """
    name = _START + _state_of_the_sources()
    with server() as administrator:
        administrator.execute("SELECT pg_advisory_lock(hashtext(%s))", [_START])
        found = administrator.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [_START]
        )
        there = [str(row[0]) for row in found]
        if name in there:
            return name
        for old in [one for one in there if one == _UNFINISHED or one in there[:-_KEPT]]:
            _say(administrator, "DROP DATABASE {} WITH (FORCE)", old)
        _say(administrator, "CREATE DATABASE {}", _UNFINISHED)
        with _connected_to(_UNFINISHED):
            call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        _say(administrator, "ALTER DATABASE {} RENAME TO {}", _UNFINISHED, name)
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
    """Return a short hash of the migrations and models, of every module of ours that they import, and of what is installed.

    A migration that comes on top is applied to the copy; what an old one did must be what it would do today.
    """
    found: set[Path] = set()
    open_ends = [path for pattern in _ROOTS for path in settings.BASE_DIR.glob(pattern)]
    while open_ends:
        path = open_ends.pop()
        if path not in found:
            found.add(path)
            open_ends += _imported(path)
    state = hashlib.sha256()
    for path in sorted(found):
        state.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes() + b"\0")
    for each in sorted(f"{one.name} {one.version}" for one in distributions()):
        state.update(each.encode())
    return state.hexdigest()[:12]


def _imported(path: Path) -> Iterator[Path]:
    """Return our own modules that a module imports."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        names = [name.name for name in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom):
            names = [str(node.module), *(f"{node.module}.{name}" for name in names)]
        for name in names:
            module = Path(settings.BASE_DIR, *name.split("."))
            yield from (file for file in (module.with_suffix(".py"), module / "__init__.py") if file.is_file())
