"""Where a list lies between being looked at and being taken in: sealed for who sent it, for a day at most.

No address reaches the folder, and nobody else's key opens the file. A row of the database would be in each backup.
"""

import secrets
import time
import uuid
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from core import sealing
from organisation.models import User

_KEPT_SECONDS = 24 * 60 * 60


def keep(content: bytes, *, name: str, by: User) -> uuid.UUID:
    """Keep a file for its sender; return what it is found by. Older ones go at this occasion."""
    remove_old()
    key = uuid.UUID(bytes=secrets.token_bytes(16), version=4)
    where = _path(key)
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = where.with_suffix(".new")
    beside.touch(mode=0o600)
    beside.write_bytes(sealing.seal_bytes(name.encode() + b"\0" + content, context=_context(key, by)))
    beside.rename(where)
    return key


def read(key: uuid.UUID, *, by: User) -> tuple[str, bytes] | None:
    """Return the file's name and content; none if it is not there any more, or somebody else's."""
    try:
        opened = sealing.unseal_bytes(_path(key).read_bytes(), context=_context(key, by))
    except (FileNotFoundError, sealing.SealBroken):
        return None
    name, _zero, content = opened.partition(b"\0")
    return name.decode(), content


def remove(key: uuid.UUID) -> None:
    """Remove a file. There may be none."""
    _path(key).unlink(missing_ok=True)


def remove_old() -> int:
    """Remove what nobody took in for a day; return how many files that were."""
    old = _old()
    for found in old:
        found.unlink(missing_ok=True)
    return len(old)


def count_old() -> int:
    """Return how many files nobody took in for a day."""
    return len(_old())


def _old() -> list[Path]:
    # By the wall clock, as the file system: the demo's own does not move files.
    return [found for found in _folder().glob("*") if time.time() - found.stat().st_mtime > _KEPT_SECONDS]


def _context(key: uuid.UUID, by: User) -> str:
    return f"cms.readers.file:{key}:{by.pk}"


def _path(key: uuid.UUID) -> Path:
    return _folder() / f"{key}.sealed"


def _folder() -> Path:
    storage = storages["private"]
    if not isinstance(storage, FileSystemStorage):
        raise TypeError("lists lie in a folder of this machine")
    return Path(storage.location) / "readers"
