"""The versions of everything that public pages show. A page is good as long as all that it shows has the version it had.

What becomes of a page changes a token that all processes share, one for each page and one for all lists of pages. Of
money, settings, pictures and the thank-you wall nobody needs to tell: their own rows are the version. Each process looks them up once a
second, and at once when the file ``pages-changed`` was touched: by this process or another one on this machine.
"""

import os
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection

ALL = "all"
PAGES = "pages"  # whatever is made of several pages: lists, feeds, the sitemap
SETTINGS = "settings"
BOOKS = "books"
WALL = "wall"
_LATEST = "latest"
_SECONDS = 1.0
_LEAST_SECONDS = 0.02  # However often somebody posts, looking takes a small part of the time.

# Rows are written anew by every change, so where a row stands and who wrote it is its version. Entries are only added:
# which of the last thousand or two there are is the version of their fund, also where a lower number is committed later.
_ANYWHERE = [
    *["organisation_organisation", "ledger_fund", "cms_standingtext"],
    *["wagtailcore_site", "wagtailcore_pageviewrestriction", "wagtailimages_image", "wagtaildocs_document"],
]
_TABLE = "(SELECT count(*) || '.' || bit_xor(hashtextextended(xmin::text || ctid::text, 0)) FROM {})"
_ROWS = f"""
    SELECT 'settings', concat_ws(' ', {", ".join(_TABLE.format(name) for name in _ANYWHERE)})
    UNION ALL SELECT 'wall', md5(string_agg(xmin::text || ctid::text, ' ' ORDER BY id)) FROM (
        SELECT id, xmin, ctid FROM donations_wallentry WHERE state = 'shown' ORDER BY id DESC LIMIT 200) newest
    UNION ALL SELECT 'fund:' || fund_id, max(id) || '/' || count(*) FROM ledger_entry
        WHERE id > ((SELECT max(id) FROM ledger_entry) / 1000 - 1) * 1000 GROUP BY fund_id
"""  # noqa: S608 - names of our own tables


@dataclass(frozen=True)
class Known:
    """What was found at the last look.

    :ivar touched: when the file was touched last, in nanoseconds
    :ivar at: by this process's clock
    """

    versions: Mapping[str, str | None]
    touched: int
    at: float

    def of(self, names: Iterable[str]) -> tuple[str | None, ...]:
        return tuple(self.versions.get(name) for name in names)


_known: Known | None = None
_wanted: set[str] = {_LATEST, ALL, PAGES}


def fund(pk: int) -> str:
    return f"fund:{pk}"


def page(pk: int) -> str:
    return f"page:{pk}"


def kind(name: str) -> str:
    """Name all pages of a type: ``newsletterissuepage``."""
    return f"pages:{name}"


def still_known() -> Known | None:
    """Return the versions, if they were looked up within the second and nobody said that something changed since."""
    known = _known
    if known is None:
        return None
    age = time.monotonic() - known.at
    if age < _LEAST_SECONDS or (age < _SECONDS and _touched() == known.touched):
        return known
    return None


def look(*, more: Iterable[str] = ()) -> Known:
    """Look all versions up, those of ``more`` as well from now on."""
    global _known
    at, touched = time.monotonic(), _touched()
    _wanted.update(more)
    names = {_key(name): name for name in tuple(_wanted)}
    versions: dict[str, str | None] = dict.fromkeys(names.values())
    versions |= {names[key]: value for key, value in caches["shared"].get_many(list(names)).items()}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        versions |= dict(cursor.fetchall())
    versions[BOOKS] = " ".join(f"{name}={version}" for name, version in sorted(versions.items()) if name[:5] == "fund:")
    _known = Known(versions, touched, at)
    return _known


def last_known() -> Known | None:
    """Return the versions as they were found last, however long ago: for while the database does not answer."""
    return _known


def change(names: Iterable[str]) -> None:
    """Give what was changed, and is committed, another version."""
    keys = [_key(name) for name in names]
    caches["shared"].set_many({key: secrets.token_hex(8) for key in [*keys, _key(_LATEST)]}, timeout=None)
    touch()


def touch() -> None:
    """Have every process on this machine look at once."""
    global _known
    _known = None
    path = _path()
    now = time.time_ns()
    try:
        os.utime(path, ns=(now, now))
    except FileNotFoundError:
        path.touch()


def never_asked_for(names: Iterable[str], known: Known) -> list[str]:
    """Return the pages among the names whose versions no look has asked for. Rows tell theirs unasked."""
    return [name for name in names if name.startswith(("page:", "pages:")) and name not in known.versions]


def is_same_moment(one: Known, other: Known) -> bool:
    """Whether no editor changed anything between two looks."""
    return one.versions[_LATEST] == other.versions[_LATEST]


def _key(name: str) -> str:
    return f"cms.pages.{name}"


def _path() -> Path:
    folder: Path = settings.VAR
    return folder / "pages-changed"


def _touched() -> int:
    try:
        return os.stat(_path()).st_mtime_ns
    except FileNotFoundError:
        return 0
