"""Takes a list of readers in: who agreed elsewhere is subscribed, who said no there gets nothing from here either.

All of a file or nothing of it: one transaction. A dry run makes the same decisions and writes none of them. Taking the
same file in again changes nothing. Who left here, and whose address is suppressed, is never brought back.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import IO

from django.db import IntegrityError, connection, transaction

from cms.models import Subscriber
from cms.models.subscribers import address_index
from cms.readers.files import dates, shapes, tables, writing
from cms.readers.files.shapes import Entry, Refusal, Refused, Wish
from cms.readers.files.writing import Known, Work
from organisation import audit
from organisation.models import Organisation, User

# Rows that are looked up and written together.
_AT_ONCE = 2000
# Two imports at once would count each other's readers; the number only has to be the same everywhere.
_ONE_AT_A_TIME = 0x494D_504F
# Clocks differ, and days have no zone.
_SOON = timedelta(days=1)
# A tag is no topic, and a file may have thousands of them.
_MOST_NAMES = 500
_TRIES = 3

Told = Callable[[int, str, Refusal], None]


@dataclass(frozen=True)
class Asked:
    """What somebody wants taken in.

    :ivar source: where consent comes from, in the words of who takes the list in; rows that say nothing are then taken
    :ivar order: what 3/4/2021 is
    """

    file: IO[bytes]
    file_name: str
    source: str = ""
    order: dates.Order = dates.Order.UNCLEAR
    is_dry: bool = False


@dataclass
class Taken:
    """What became of the rows: each is counted once, so ``rows`` is all the others together."""

    shape: str = ""
    rows: int = 0
    joined: int = 0
    already: int = 0
    left: int = 0
    kept_out: int = 0
    refused: Counter[Refusal] = field(default_factory=Counter)
    no_topics: Counter[str] = field(default_factory=Counter)

    @property
    def refusals(self) -> int:
        return self.refused.total()

    @property
    def changes(self) -> int:
        return self.joined + self.left + self.kept_out


def take_in(
    asked: Asked,
    *,
    by: User | None,
    at: datetime,
    tell: Told = lambda _number, _address, _why: None,
    progress: Callable[[int], None] = lambda _rows: None,
) -> Taken:
    """Take in a file, or say what would become of it.

    :param by: none on the command line
    :param tell: is called with each row that is refused: its number, its address as it stands there, and why
    :param progress: is called with the number of rows so far
    :raises cms.readers.files.tables.Unreadable: if it is no list of readers; then nothing is written
    """
    noes = _noes(asked)
    with transaction.atomic():
        if not asked.is_dry:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        taking = _Taking(asked, noes, at, tell)
        rows = taking.entries()
        while batch := list(islice(rows, _AT_ONCE)):
            taking.take(batch)
            progress(taking.taken.rows)
        taking.finish()
        if not asked.is_dry and taking.taken.changes:
            reason = f"{taking.taken.joined}:{taking.taken.left}:{taking.taken.kept_out}"
            us = Organisation.current()
            audit.record(actor=by, action="cms.subscribers_imported", subject=us, reason=reason, at=at)
    return taking.taken


def _reader(asked: Asked) -> tuple[shapes.Reader, tables.Table]:
    table = tables.read(asked.file)
    return shapes.reader(table.columns, file_name=asked.file_name, order=asked.order), table


def _noes(asked: Asked) -> set[bytes]:
    """Return who says no anywhere in the file: that counts, wherever a yes of theirs stands.

    This also finds a file that breaks off before anything of it is written.
    """
    reader, table = _reader(asked)
    found = set()
    for number, cells in table.rows:
        if reader.is_mixed:
            try:
                entry = reader.entry(number, cells)
            except Refused:
                continue
            if entry.wish != Wish.YES:
                found.add(address_index(entry.email))
    return found


class _Taking:
    """One walk through a file."""

    def __init__(self, asked: Asked, noes: set[bytes], at: datetime, tell: Told) -> None:
        self._asked, self._noes, self._at, self._tell = asked, noes, at, tell
        self._reader, self._table = _reader(asked)
        self._topics = writing.topics_by_name()
        self._seen: set[bytes] = set()
        # MailPoet has a row for each list that somebody is on.
        self._more: list[tuple[Entry, bytes]] = []
        self.taken = Taken(self._reader.shape.name)

    def entries(self) -> Iterator[tuple[Entry, bytes]]:
        """Yield the rows that can be understood, with the hashes of their addresses; the others are told of."""
        for number, cells in self._table.rows:
            self.taken.rows += 1
            try:
                entry = self._reader.entry(number, cells)
                index = address_index(entry.email)
                self._check(entry, index)
            except Refused as refused:
                if refused.why == Refusal.TWICE and entry.wish == Wish.YES and entry.topics:
                    self._more.append((entry, index))
                self._refuse(number, self._reader.address_in(cells), refused.why)
            else:
                self._seen.add(index)
                yield entry, index

    def _check(self, entry: Entry, index: bytes) -> None:
        if index in self._seen:
            raise Refused(Refusal.TWICE)
        if entry.wish != Wish.YES:
            return
        if index in self._noes:
            raise Refused(Refusal.SAID_NO)
        if entry.at is None and not self._asked.source:
            raise Refused(Refusal.NO_CONSENT)
        if entry.at is not None and entry.at > self._at + _SOON:
            raise Refused(Refusal.FUTURE)

    def _refuse(self, number: int, address: str, why: Refusal) -> None:
        self.taken.refused[why] += 1
        self._tell(number, address, why)

    def take(self, batch: Sequence[tuple[Entry, bytes]]) -> None:
        """Decide what becomes of some rows, and write it. Who signs up at this very moment makes us look again."""
        for tries_left in reversed(range(_TRIES)):
            work, refused, already = self._decide(batch)
            try:
                if not self._asked.is_dry:
                    with transaction.atomic():
                        writing.write(work, source=self._asked.source, shape=self.taken.shape, at=self._at)
                break
            except IntegrityError:
                if not tries_left:
                    raise
        self.taken.joined += len(work.join) + len(work.confirm)
        self.taken.left += len(work.leave)
        self.taken.kept_out += work.kept_out
        self.taken.already += already
        for entry, why in refused:
            self._refuse(entry.number, entry.email, why)
        for entry, _index in work.join:
            self._note_names(entry)

    def finish(self) -> None:
        """Add what further rows say of the topics of those who joined."""
        if not self._asked.is_dry:
            for start in range(0, len(self._more), _AT_ONCE):
                writing.add_topics(self._more[start : start + _AT_ONCE], self._topics, at=self._at)

    def _note_names(self, entry: Entry) -> None:
        for name in entry.topics:
            if name.casefold() not in self._topics and (
                name in self.taken.no_topics or len(self.taken.no_topics) < _MOST_NAMES
            ):
                self.taken.no_topics[name] += 1

    def _decide(self, batch: Sequence[tuple[Entry, bytes]]) -> tuple[Work, list[tuple[Entry, Refusal]], int]:
        known = writing.known([index for _entry, index in batch])
        work, refused, already = Work(self._topics), list[tuple[Entry, Refusal]](), 0
        for entry, index in batch:
            here = known[index]
            if entry.wish != Wish.YES:
                already += not _take_out(work, entry, index, here)
            elif why := _no_way_back(here):
                refused.append((entry, why))
            elif here.pk is None:
                work.join.append((entry, index))
            elif here.state == Subscriber.State.PENDING:
                work.confirm.append((entry, here.pk))
            else:
                already += 1
        return work, refused, already


def _no_way_back(here: Known) -> Refusal | None:
    if here.state == Subscriber.State.LEFT:
        return Refusal.LEFT_HERE
    return Refusal.SUPPRESSED if here.is_suppressed else None


def _take_out(work: Work, entry: Entry, index: bytes, here: Known) -> bool:
    """Plan what follows from a no; return whether anything does.

    Who agreed here after they had left there, stays.
    """
    came_later = entry.wish == Wish.LEFT and here.consented_at and entry.at and entry.at < here.consented_at
    leaves = here.state == Subscriber.State.ACTIVE and not came_later
    if leaves and here.pk is not None:
        work.leave.append((entry, here.pk))
    # Of a stranger who left, a keyed hash is enough to leave them alone.
    is_hashed = not here.is_suppressed and (here.pk is None or entry.wish != Wish.LEFT)
    if is_hashed:
        work.suppress.append((entry, index))
    if is_hashed and not leaves:
        work.kept_out += 1
    return leaves or is_hashed
