"""Writes what was decided about some rows of a list, many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from cms.models import ConsentRecord, Subscriber, Topic
from cms.readers.files.shapes import Entry, Wish
from mail.models import Suppression

_REASONS = {
    Wish.LEFT: Suppression.Reason.LEFT,
    Wish.BOUNCED: Suppression.Reason.BOUNCED,
    Wish.COMPLAINED: Suppression.Reason.COMPLAINED,
}
_LEFT_BY = {
    Wish.BOUNCED: Subscriber.Left.BOUNCED,
    Wish.COMPLAINED: Subscriber.Left.COMPLAINED,
}
_MOST_LETTERS = 200


@dataclass(frozen=True)
class Known:
    """What is known here of an address. ``pk``: none if it is no reader's."""

    pk: int | None
    state: str | None
    consented_at: datetime | None
    is_suppressed: bool


@dataclass
class Work:
    """What is to be done: who is new, who waited to be confirmed, who leaves, whose address is suppressed.

    :ivar kept_out: how many addresses are suppressed of people who were not subscribed here
    """

    topics: Mapping[str, Topic]
    join: list[tuple[Entry, bytes]] = field(default_factory=list)
    confirm: list[tuple[Entry, int]] = field(default_factory=list)
    leave: list[tuple[Entry, int]] = field(default_factory=list)
    suppress: list[tuple[Entry, bytes]] = field(default_factory=list)
    kept_out: int = 0


def topics_by_name() -> dict[str, Topic]:
    """Return the topics by their names in each language, in small letters."""
    return {name.casefold(): topic for topic in Topic.objects.all() for name in (topic.name_es, topic.name) if name}


# Thousands of objects of the ORM for one batch take three times as long as these statements.
_KNOWN = """
SELECT wanted.address_index, subscriber.id, subscriber.state, subscriber.consented_at, suppression.id IS NOT NULL
FROM unnest(%s::bytea[]) AS wanted (address_index)
LEFT JOIN cms_subscriber AS subscriber USING (address_index)
LEFT JOIN mail_suppression AS suppression USING (address_index)
"""
_JOIN = """
WITH listed AS MATERIALIZED (
    SELECT * FROM unnest(
        %(emails)s::text[], %(indexes)s::bytea[], %(languages)s::text[],
        %(details)s::text[], %(consented)s::timestamptz[], %(proofs)s::text[]
    ) AS listed (email, address_index, language, detail, consented_at, proof)
),
joined AS (
    INSERT INTO cms_subscriber (
        key, email, address_index, state, language, source, source_detail, created_at, consented_at, reminders, left_by
    )
    SELECT gen_random_uuid(), email, address_index, 'active', language, 'import', detail, %(at)s, consented_at, 0, ''
    FROM listed
    RETURNING id, address_index
),
remembered AS (
    INSERT INTO cms_consentrecord (subscriber_id, what, how, at)
    SELECT joined.id, 'imported', proof, %(at)s FROM joined JOIN listed USING (address_index)
)
SELECT address_index, id FROM joined
"""


def known(indexes: Sequence[bytes]) -> dict[bytes, Known]:
    """Return what is known of these addresses, by their hashes."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(indexes)])
        return {bytes(index): Known(*rest) for index, *rest in cursor.fetchall()}


def write(work: Work, *, source: str, shape: str, at: datetime) -> None:
    """Write it all. In the caller's transaction.

    :param source: where consent comes from, as whoever takes the list in says; empty: the file says it
    :param shape: whose list it is; empty: a plain table
    :raises django.db.IntegrityError: if one of the new ones came by another way at this moment
    """
    where = " ".join(part for part in (source, f"({shape})" if source and shape else shape) if part) or "list"
    _join(work, where, at)
    _confirm(work, where, at)
    _leave(work, where, at)
    Suppression.objects.bulk_create(
        (
            Suppression(address_index=index, reason=_REASONS[entry.wish], source="import", since=entry.at or at)
            for entry, index in work.suppress
        ),
        ignore_conflicts=True,
    )


def _join(work: Work, where: str, at: datetime) -> None:
    if not work.join:
        return
    entries = [entry for entry, _index in work.join]
    columns: dict[str, Any] = {
        "at": at,
        "emails": [entry.email for entry in entries],
        "indexes": [index for _entry, index in work.join],
        "languages": [entry.language for entry in entries],
        "details": [_detail(where, entry) for entry in entries],
        "consented": [entry.at or at for entry in entries],
        "proofs": [_proof(where, entry) for entry in entries],
    }
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, columns)
        made = {bytes(index): pk for index, pk in cursor.fetchall()}
    through = Subscriber.topics.through
    through.objects.bulk_create(
        through(subscriber_id=made[index], topic_id=topic)
        for entry, index in work.join
        for topic in _chosen(entry, work.topics)
    )


def add_topics(more: Sequence[tuple[Entry, bytes]], topics: Mapping[str, Topic], *, at: datetime) -> None:
    """Add further topics to those who joined at this time and chose some; who gets everything goes on to get everything."""
    joined = Subscriber.objects.filter(source=Subscriber.Source.IMPORT, created_at=at, topics__isnull=False)
    pairs = joined.filter(address_index__in=[index for _entry, index in more]).values_list("address_index", "pk")
    made = {bytes(index): pk for index, pk in pairs}
    through = Subscriber.topics.through
    through.objects.bulk_create(
        (
            through(subscriber_id=made[index], topic_id=topic)
            for entry, index in more
            if index in made
            for topic in _chosen(entry, topics)
        ),
        ignore_conflicts=True,
    )


def _chosen(entry: Entry, topics: Mapping[str, Topic]) -> set[int]:
    return {topics[name].pk for name in map(str.casefold, entry.topics) if name in topics}


def _confirm(work: Work, where: str, at: datetime) -> None:
    for entry, pk in work.confirm:
        Subscriber.objects.filter(pk=pk, state=Subscriber.State.PENDING).update(
            state=Subscriber.State.ACTIVE, consented_at=entry.at or at
        )
    _remember(ConsentRecord.What.IMPORTED, work.confirm, where, at)


def _leave(work: Work, where: str, at: datetime) -> None:
    for entry, pk in work.leave:
        Subscriber.objects.filter(pk=pk, state=Subscriber.State.ACTIVE).update(
            state=Subscriber.State.LEFT, left_at=at, left_by=_LEFT_BY.get(entry.wish, ""), paused_until=None
        )
    _remember(ConsentRecord.What.LEFT, work.leave, where, at)


def _remember(what: ConsentRecord.What, pairs: Sequence[tuple[Entry, int]], where: str, at: datetime) -> None:
    ConsentRecord.objects.bulk_create(
        ConsentRecord(subscriber_id=pk, what=what, how=_proof(where, entry), at=at) for entry, pk in pairs
    )


def _detail(where: str, entry: Entry) -> str:
    ends = f", row {entry.number}"
    return f"{where[: _MOST_LETTERS - len(ends)]}{ends}"


def _proof(where: str, entry: Entry) -> str:
    said = "agreed" if entry.wish == Wish.YES else "said no or unreachable"
    day = f"{said} {entry.at:%Y-%m-%d %H:%M} UTC" if entry.at else f"{said}, no day told"
    ends = f", row {entry.number}, {day}"
    return f"{where[: _MOST_LETTERS - len(ends)]}{ends}"
