"""Brings what was sealed with an older key, or in an older version, up to date.

Each package says in its ``sealed.py`` what it holds sealed, as a list ``SEALED`` of the kinds below; ``config.sealed``
puts the lists together, and ``rotate_keys`` walks them.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Length, Substr

from core import sealing

# What ``core.sealing.header_of`` does, in SQL.
_HEADER = "substr(%(expressions)s, 1, 2 + get_byte(substr(%(expressions)s, 1, 2), 1))"


class Sealed(Protocol):
    """One kind of sealed thing: what a package must say of it so that its keys can be changed."""

    @property
    def label(self) -> str:
        """How it is named to an operator, for example ``aid_case.email_sealed``."""

    def headers(self) -> Counter[bytes]:
        """Count what is sealed by its header (see ``core.sealing.header_of``)."""

    def older(self) -> models.QuerySet[Any]:
        """Return the rows that may hold something that is not current."""

    def reseal(self, rows: list[Any]) -> list[Any]:
        """Seal anew what these locked rows hold; return the primary keys of those that could not be opened."""


@dataclass(frozen=True)
class Column:
    """A column of sealed bytes. ``context`` is the function that the package itself seals and unseals with."""

    model: type[models.Model]
    name: str
    context: Callable[[Any], str]

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.name}"

    def headers(self) -> Counter[bytes]:
        # The database counts, and reads no more than the beginnings: there may be gigabytes behind them.
        header = models.Func(models.F(self.name), template=_HEADER, output_field=models.BinaryField())
        found = (
            self._filled()
            .filter(sealed_size__gt=1)
            .values(sealed_header=header)
            .annotate(sealed_many=models.Count("pk"))
        )
        return Counter({bytes(header): many for header, many in found.values_list("sealed_header", "sealed_many")})

    def older(self) -> models.QuerySet[Any]:
        header = sealing.current_header()
        start = Substr(self.name, 1, len(header), output_field=models.BinaryField())
        filled = self._filled().defer(*self._other_bytes())
        rows: models.QuerySet[Any] = filled.alias(sealed_start=start).exclude(sealed_start=header)
        return rows

    def reseal(self, rows: list[Any]) -> list[Any]:
        opened, broken = [], []
        for row in rows:
            try:
                setattr(row, self.name, _renewed(getattr(row, self.name), context=self.context(row)))
            except sealing.SealBroken:
                broken.append(row.pk)
            else:
                opened.append(row)
        self.model._base_manager.bulk_update(opened, [self.name])
        return broken

    def _filled(self) -> models.QuerySet[Any]:
        # A letter that is owed has no words yet: empty bytes, which were never sealed.
        there = self.model._base_manager.filter(**{f"{self.name}__isnull": False})
        rows: models.QuerySet[Any] = there.alias(sealed_size=Length(self.name)).filter(sealed_size__gt=0)
        return rows

    def _other_bytes(self) -> list[str]:
        fields = self.model._meta.concrete_fields
        return [f.name for f in fields if isinstance(f, models.BinaryField) and f.name != self.name]


@dataclass(frozen=True)
class Files:
    """Sealed files on disk, one for a row, each one envelope made by ``core.sealing.seal_bytes``.

    The row is locked while its file is written anew beside the old one and put in its place. Who erases a file must
    therefore delete its row first (or write there that it is gone), and remove the file once that is committed.

    :param name: what the files are called to an operator
    :param path: where a row's file lies; none if it has none any more
    """

    model: type[models.Model]
    name: str
    path: Callable[[Any], Path | None]
    context: Callable[[Any], str]

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.name} (files)"

    def headers(self) -> Counter[bytes]:
        found: Counter[bytes] = Counter()
        for row in self.older().iterator(chunk_size=1000):
            path = self.path(row)
            if path is not None and path.exists():
                found[_header_of_file(path)] += 1
        return found

    def older(self) -> models.QuerySet[Any]:
        rows: models.QuerySet[Any] = self.model._base_manager.all()
        return rows

    def reseal(self, rows: list[Any]) -> list[Any]:
        broken = []
        for row in rows:
            try:
                path = self.path(row)
                if path is not None and not sealing.is_current(_header_of_file(path)):
                    _replace(path, _renewed(path.read_bytes(), context=self.context(row)))
            except (sealing.SealBroken, FileNotFoundError):
                broken.append(row.pk)
        return broken


@dataclass(frozen=True)
class Batch:
    """What one commit did."""

    looked_at: int
    broken: list[Any]


def batches(sealed: Sealed, *, size: int) -> Iterator[Batch]:
    """Seal anew what is not current, ``size`` rows and one commit at a time. Rows that others hold are left out.

    Stopped at any moment, it loses nothing; begun again, it goes on with what is left.
    """
    last = None
    while True:
        with transaction.atomic():
            waiting = sealed.older().order_by("pk")
            if last is not None:
                waiting = waiting.filter(pk__gt=last)
            rows = list(waiting.select_for_update(skip_locked=True, no_key=True, of=("self",))[:size])
            if not rows:
                return
            broken = sealed.reseal(rows)
        yield Batch(looked_at=len(rows), broken=broken)
        last = rows[-1].pk


def columns_ending_in_sealed(app_label: str, *, context: Callable[[Any, str], str]) -> list[Column]:
    """Return every column of an app whose name ends in ``_sealed``.

    :param context: makes the place's name from a row and the column's name without ``_sealed``
    """
    return [
        Column(model, field.name, _for_field(context, field.name.removesuffix("_sealed")))
        for model in apps.get_app_config(app_label).get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.BinaryField) and field.name.endswith("_sealed")
    ]


def _for_field(context: Callable[[Any, str], str], field: str) -> Callable[[Any], str]:
    return lambda row: context(row, field)


def _renewed(blob: bytes | memoryview, *, context: str) -> bytes:
    return sealing.seal_bytes(sealing.unseal_bytes(blob, context=context), context=context)


def _header_of_file(path: Path) -> bytes:
    with path.open("rb") as file:
        return sealing.header_of(file.read(sealing.HEADER_BYTES))


def _replace(path: Path, content: bytes) -> None:
    """Put a new content in a file's place: whole or not at all. What a killed run left beside it is written over."""
    beside = path.with_name(f"{path.name}.resealing")
    with open(beside, "wb", opener=_private) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
