"""Every booking is sealed once, in the order it was found; each day that is over has a head, whatever happened."""

import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from core import merkle
from ledger import leaves, posting, tasks, tree
from ledger.models import Fund, Head, Leaf, Node
from organisation.models import Organisation
from tests.ledger.books_stage import give
from tests.ledger.tree_stage import book, move_to, seal, tamper

DAY = timedelta(days=1)


def whole_root() -> bytes:
    """The root made of all leaves anew, from what they say."""
    rows = list(Leaf.objects.order_by("position"))
    contents = leaves.contents([row.transaction_id for row in rows])
    frontier: list[bytes] = []
    hashes = [leaves.hash_of(salt=bytes(row.salt), content=contents[row.transaction_id]) for row in rows]
    list(merkle.grow(frontier, 0, hashes))
    return merkle.root_of(frontier)


def test_what_is_booked_is_sealed_once(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    booked = book(aid_fund, 5, at=now)

    assert seal(at=now) == 5
    assert seal(at=now) == 0
    more = book(aid_fund, 3, at=now, name="later")
    assert seal(at=now) == 3

    sealed = list(Leaf.objects.order_by("position").values_list("position", "transaction_id"))
    assert sealed == list(enumerate(row.pk for row in [*booked, *more]))
    assert tree.now() == tree.State(8, whole_root())
    assert Node.objects.count() == 7


def test_every_transaction_has_a_salt_of_its_own(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    book(aid_fund, 4, at=now)
    seal(at=now)

    salts = {bytes(salt) for salt in Leaf.objects.values_list("salt", flat=True)}
    assert {len(salt) for salt in salts} == {16}
    assert len(salts) == 4


def test_leaf_says_everything_that_was_booked(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    gift = give(aid_fund, 25, at=now, reference="stripe:txn_1")

    assert leaves.contents([gift.pk])[gift.pk].decode() == (
        '{"booked_on":"2026-03-10","entries":[["aid","bank",2500,"USD"],["aid","gifts",-2500,"USD"]],"kind":"gift",'
        '"memo":"","occurred_at":"2026-03-10T16:00:00.000000+00:00","recorded_at":"2026-03-10T16:00:00.000000+00:00",'
        '"reference":"stripe:txn_1","reverses":null,"version":1}'
    )


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("disbursement:6d2f3f0c-97f0-4b5e-8a37-0c7f40c3a001:1", "6d2f3f0c-97f0-4b5e-8a37-0c7f40c3a001"),
        ("offline:Zy_x-AbCdEfGhIj0", "Zy_x-AbCdEfGhIj0"),
        ("offline:Zy_x-AbCdEfGhIj0:back:1", "Zy_x-AbCdEfGhIj0"),
    ],
)
def test_leaf_does_not_tell_by_what_the_desk_finds_it(
    liferaft: Organisation, aid_fund: Fund, now: datetime, reference: str, name: str
) -> None:
    gift = give(aid_fund, 25, at=now, reference=reference)
    back = posting.reverse(original=gift, occurred_at=now, at=now)

    content = leaves.contents([gift.pk, back.pk])

    veiled = reference.replace(name, hashlib.sha256(name.encode()).hexdigest()[:32])
    assert f'"reference":"{veiled}"' in content[gift.pk].decode()
    assert f'"reference":"reversal:{veiled}","reverses":"{veiled}"' in content[back.pk].decode()
    assert not any(name.encode() in each for each in content.values())


@pytest.mark.parametrize("column", ["booked_on", "occurred_at"])
def test_booking_of_no_day_keeps_no_other_from_its_place(
    liferaft: Organisation, aid_fund: Fund, now: datetime, column: str
) -> None:
    """Written past the desk, if the database lets it."""
    first, second, third = book(aid_fund, 3, at=now)
    with contextlib.suppress(IntegrityError), transaction.atomic():
        tamper(f"UPDATE ledger_transaction SET {column} = 'infinity' WHERE id = {second.pk}")

    seal(at=now)

    assert {first.pk, third.pk} <= set(Leaf.objects.values_list("transaction_id", flat=True))


def test_many_batches_make_the_same_tree(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    book(aid_fund, 20, at=now)

    assert tasks.seal_due(most=3) == 20
    assert tree.now() == tree.State(20, whole_root())


def test_nothing_booked_has_no_head(liferaft: Organisation, now: datetime) -> None:
    assert seal(at=now) == 0
    assert tree.make_heads(at=now + DAY) == []
    assert tree.now() == tree.State(0, hashlib.sha256().digest())


def test_each_day_has_a_head_that_covers_the_one_before(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    book(aid_fund, 3, at=now)
    seal(at=now)
    seal(at=now + DAY)
    book(aid_fund, 2, at=now + DAY, name="second")
    seal(at=now + DAY)
    seal(at=now + 2 * DAY)

    first, second = Head.objects.order_by("day")
    assert (first.day, first.size, bytes(first.previous)) == (date(2026, 3, 10), 3, bytes(32))
    assert (second.day, second.size, bytes(second.previous)) == (date(2026, 3, 11), 5, bytes(first.hash))
    assert bytes(second.root) == whole_root()
    assert bytes(second.hash) == tree.head_hash(
        day=second.day, size=5, root=bytes(second.root), previous=bytes(first.hash)
    )


def test_days_of_a_pause_get_their_heads(liferaft: Organisation, aid_fund: Fund, now: datetime) -> None:
    book(aid_fund, 3, at=now)
    seal(at=now)

    seal(at=now + 4 * DAY)

    heads = list(Head.objects.order_by("day"))
    assert [head.day.day for head in heads] == [10, 11, 12, 13]
    assert {head.size for head in heads} == {3}
    assert len({bytes(head.hash) for head in heads}) == 4


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC", "Asia/Kolkata"])
def test_day_ends_at_midnight_where_the_organisation_is(liferaft: Organisation, aid_fund: Fund, zone: str) -> None:
    move_to(zone)
    midnight = datetime(2026, 12, 31, 0, 0, tzinfo=ZoneInfo(zone)).astimezone(UTC) + DAY
    moment = timedelta(seconds=1)
    book(aid_fund, 2, at=midnight - moment)
    seal(at=midnight - moment)
    assert not Head.objects.exists()
    book(aid_fund, 1, at=midnight, name="next year")
    tree.seal_next(after=0, at=midnight)  # before anybody made the head

    seal(at=midnight + moment)

    head = Head.objects.get()
    assert (head.day, head.size) == (date(2026, 12, 31), 2)


def test_day_with_a_skipped_midnight_ends_too(liferaft: Organisation, aid_fund: Fund) -> None:
    """In Santiago the clocks went from 24:00 on 5 September 2026 to 01:00."""
    move_to("America/Santiago")
    evening = datetime(2026, 9, 6, 3, 59, tzinfo=UTC)
    book(aid_fund, 2, at=evening)
    seal(at=evening)
    morning = datetime(2026, 9, 6, 4, 1, tzinfo=UTC)
    book(aid_fund, 1, at=morning, name="morning")
    seal(at=morning)

    assert [(head.day, head.size) for head in Head.objects.all()] == [(date(2026, 9, 5), 2)]


def test_move_to_another_zone_shrinks_nothing(liferaft: Organisation, aid_fund: Fund) -> None:
    move_to("Pacific/Honolulu")
    late = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
    book(aid_fund, 3, at=late)
    seal(at=late)
    seal(at=late + 2 * timedelta(hours=1))
    move_to("Pacific/Kiritimati")

    seal(at=late + 2 * DAY)

    sizes = list(Head.objects.order_by("day").values_list("size", flat=True))
    assert sizes == sorted(sizes)
    assert sizes[0] == 3


def test_sealers_at_the_same_moment_make_one_tree(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    fund = Fund.objects.create(slug="aid", name="Aid")
    book(fund, 100, at=now)

    outcomes = at_once(*[lambda: tasks.seal_due(most=7)] * 4)

    assert all(isinstance(outcome, int) for outcome in outcomes), outcomes
    tasks.seal_due()
    assert Leaf.objects.count() == 100
    assert tree.now() == tree.State(100, whole_root())
