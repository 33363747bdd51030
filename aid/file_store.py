"""Where the files of cases lie: sealed, in private storage that no address reaches, one for each row.

A file is written whole before its row is committed, and removed after its row is gone, or says that it is gone. What a
crash leaves in between is a file that belongs to nobody; ``remove_strays`` finds it.
"""

import errno
import os
import secrets
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import FileSystemStorage, storages

from aid import holding
from aid.models import Attachment
from core import sealing

# Below this the disk is kept for the books.
_SPARE_BYTES = 512 * 1024 * 1024
# No transaction is open that long: what has no row by then will have none.
_STRAY_SECONDS = 60 * 60


class DiskFull(Exception):
    """There is no room left that files of cases may take."""


def place(row: Attachment) -> str:
    """Return the name of the place that a file's content is bound to."""
    return holding.place(row, "file")


def path(row: Attachment) -> Path | None:
    """Return where the row's file lies; none if it has none."""
    found = _path(row.pk)
    return found if row.gone_at is None and found.exists() else None


def keep(row: Attachment, content: bytes) -> None:
    """Write the content, sealed: whole or not at all, and on the disk before this returns.

    :raises DiskFull: if there is too little room
    """
    where = _path(row.pk)
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(where.parent).free < _SPARE_BYTES:
        raise DiskFull
    sealed = sealing.seal_bytes(content, context=place(row))
    beside = where.with_name(f"{where.name}.{secrets.token_hex(4)}.new")
    try:
        with open(beside, "xb", opener=_private) as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(where)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull from error
        raise
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(where.parent)


def read(row: Attachment) -> bytes | None:
    """Return the content; none if it is not there any more.

    :raises core.sealing.SealBroken: if the bytes do not belong to this row
    """
    if row.gone_at is not None:
        return None
    try:
        blob = _path(row.pk).read_bytes()
    except FileNotFoundError:
        return None
    return sealing.unseal_bytes(blob, context=place(row))


def remove(pk: uuid.UUID) -> None:
    """Delete a file whose row is gone or says so. There may be none."""
    where = _path(pk)
    for each in (where, where.with_name(f"{where.name}.resealing")):
        each.unlink(missing_ok=True)


def remove_strays() -> int:
    """Delete the files that belong to no row, or to one that says it is gone.

    :returns: how many
    """
    removed = 0
    for found in _old_files():
        pk = _pk_of(found)
        if pk is None or not Attachment.objects.filter(pk=pk, gone_at__isnull=True).exists():
            found.unlink(missing_ok=True)
            removed += 1
    return removed


def _old_files() -> Iterator[Path]:
    for found in _folder().glob("*/*"):
        try:
            # The wall clock, as the file system: the demo's own does not move files.
            is_old = time.time() - found.stat().st_mtime > _STRAY_SECONDS
        except FileNotFoundError:
            continue
        if is_old:
            yield found


def _pk_of(found: Path) -> uuid.UUID | None:
    """Return the row that a file belongs to; none for what an interrupted write left behind."""
    try:
        return uuid.UUID(found.name)
    except ValueError:
        return None


def _folder() -> Path:
    storage = storages["private"]
    if not isinstance(storage, FileSystemStorage):
        raise TypeError("files of cases are kept on a disk of ours")
    return Path(storage.path("attachments"))


def _path(pk: uuid.UUID) -> Path:
    return _folder() / pk.hex[:2] / pk.hex


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
