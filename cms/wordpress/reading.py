"""Finds out what a source is and reads WordPress's records from it: REST API answers, or its own export.

What cannot be read at all stops the import before anything is written. A single record that is broken is refused,
and the others come in.
"""

import hashlib
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from cms.wordpress import wxr

MOST_BYTES = 64 * 1024 * 1024
_KINDS = {".json", ".txt", ".xml"}
_HOW = "Save what the REST API answers, for example https://OLD-SITE/wp-json/wp/v2/pages?per_page=100"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class NotReadable(Exception):
    """The source is not what we can read. The message names the file and what is wrong."""


class RecordRefused(Exception):
    """One record cannot come in. The message says why."""


@dataclass(frozen=True)
class Record:
    """A page or post of WordPress, with what the import needs of it; text without control characters."""

    wp_id: int
    type: str
    status: str
    title: str
    slug: str
    content: str
    published_at: datetime | None
    modified_at: datetime | None
    link: str
    hosts: frozenset[str]
    digest: str


@dataclass
class Reading:
    """Everything that was found: good records, and for each refused one its place, its name and the reason."""

    records: list[Record] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def hosts(self) -> frozenset[str]:
        """All hosts under which the old site named itself."""
        return frozenset().union(*(record.hosts for record in self.records))


def read(source: Path) -> Reading:
    """Read a REST JSON file (one record or a list of them), an export (WXR), or a folder of such files.

    :raises NotReadable: if there is no such file, or one of the files is not WordPress's
    """
    reading = Reading()
    seen: dict[int, str] = {}
    for path in _files(source):
        for place, raw in _raw_records(path, reading.left_out):
            name = f"{path.name}{place}"
            try:
                record = _record(raw)
                if record.wp_id in seen:
                    raise RecordRefused(f"has the id {record.wp_id}, which {seen[record.wp_id]} has already")  # noqa: TRY301 - one list of refusals
            except RecordRefused as error:
                reading.refused.append((name, str(error)))
            else:
                seen[record.wp_id] = name
                reading.records.append(record)
    return reading


def _files(source: Path) -> list[Path]:
    if not source.exists():
        raise NotReadable(f"{source}: there is no such file or folder.")
    if not source.is_dir():
        return [source]
    files = sorted(
        path for path in source.iterdir() if path.is_file() and path.suffix in _KINDS and not path.name.startswith(".")
    )
    if not files:
        raise NotReadable(f"{source}: there is no .json or .xml file in this folder. {_HOW}.")
    return files


def _raw_records(path: Path, left_out: Counter[str]) -> Iterator[tuple[str, Any]]:
    text = _text(path)
    if wxr.is_export(text[:4000]):
        try:
            yield from ((f", record {number}", raw) for number, raw in enumerate(wxr.records(text, left_out), start=1))
        except wxr.NotWhole as error:
            raise NotReadable(f"{path}: is a WordPress export that is not whole: {error}.") from error
        return
    loaded = _load(path, text)
    if isinstance(loaded, list):
        if not any(_looks_like_record(item) for item in loaded):
            raise NotReadable(f"{path}: this is a JSON list, but no WordPress page or post is in it. {_HOW}.")
        yield from ((f", record {number}", item) for number, item in enumerate(loaded, start=1))
        return
    if isinstance(loaded, dict) and {"code", "message"} <= loaded.keys() and "content" not in loaded:
        raise NotReadable(
            f"{path}: WordPress answered with an error, “{_plain(str(loaded['message']))}”. Fetch it again."
        )
    if not _looks_like_record(loaded):
        raise NotReadable(f"{path}: this is JSON, but not a WordPress page or post. {_HOW}.")
    yield "", loaded


def _looks_like_record(item: Any) -> bool:
    return isinstance(item, dict) and "id" in item and ({"title", "content"} & item.keys() != set())


def _load(path: Path, text: str) -> Any:
    start = text.lstrip()[:2000]
    if not start:
        raise NotReadable(f"{path}: is empty.")
    if start.startswith("<"):
        raise NotReadable(f"{path}: is HTML or XML, not JSON of WordPress. {_HOW}.")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise NotReadable(
            f"{path}: is not whole JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except (RecursionError, ValueError) as error:
        raise NotReadable(
            f"{path}: is JSON that nobody can read: nested too deeply, or a number without end."
        ) from error


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            megabytes = f"{size // 2**20} MB, at most {MOST_BYTES // 2**20}"
            raise NotReadable(f"{path}: is too large ({megabytes}). Fetch fewer pages at once.")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotReadable(f"{path}: is not text in UTF-8 (byte {error.start}).") from error
    except OSError as error:
        raise NotReadable(f"{path}: cannot be read ({error.strerror}).") from error


def _record(raw: Any) -> Record:
    if not isinstance(raw, dict):
        raise RecordRefused("is not a record of WordPress")
    wp_id = raw.get("id")
    if not isinstance(wp_id, int) or isinstance(wp_id, bool) or not 0 < wp_id < 2**63:
        raise RecordRefused("has no id")
    if raw.get("type") not in {"page", "post"}:
        raise RecordRefused(f"is neither a page nor a post but “{_plain(str(raw.get('type')))}”")
    content = _rendered(raw, "content")
    if isinstance(raw["content"], dict) and raw["content"].get("protected") is True:
        raise RecordRefused("has a password, so WordPress gives no content. Take the password off and fetch it again")
    link = _plain(raw.get("link"))
    guid = raw.get("guid")
    addresses = [link, _plain(guid.get("rendered") if isinstance(guid, dict) else guid)]
    kept = [raw.get(name) for name in ("id", "type", "status", "slug", "date_gmt", "modified_gmt")]
    digest = hashlib.sha256(json.dumps([*kept, _rendered(raw, "title"), content], default=str).encode()).hexdigest()
    return Record(
        wp_id=wp_id,
        type=str(raw["type"]),
        status=_plain(raw.get("status")) or "publish",
        title=_title(_rendered(raw, "title")) or f"WordPress {wp_id}",
        slug=unquote(_plain(raw.get("slug"))),
        content=content,
        published_at=_time(raw, "date"),
        modified_at=_time(raw, "modified"),
        link=link,
        hosts=frozenset(host for host in map(host_of, addresses) if host),
        digest=digest,
    )


def _rendered(raw: dict[str, Any], name: str) -> str:
    part = raw.get(name)
    text = part.get("rendered") if isinstance(part, dict) else None
    if not isinstance(text, str):
        raise RecordRefused(f"has no {name}.rendered")
    return _whole(text)


def _time(raw: dict[str, Any], name: str) -> datetime | None:
    """Read ``<name>_gmt``; without it the site's own ``<name>``, taken as UTC. None if neither is there."""
    for key in (f"{name}_gmt", name):
        text = raw.get(key)
        if not text:
            continue
        try:
            moment = datetime.fromisoformat(str(text))
        except ValueError as error:
            raise RecordRefused(f"has no date in {key}, but “{_plain(str(text))[:40]}”") from error
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _whole(text: str) -> str:
    # What no database takes: NUL and other control characters, halves of characters.
    return _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))


def _plain(text: object) -> str:
    return _whole(text).strip() if isinstance(text, str) else ""


def _title(rendered: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", "", rendered)).split())


def host_of(address: str) -> str:
    """Return the host of an address without ``www.``, or "" if it has none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
