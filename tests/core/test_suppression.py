"""Nobody learns the sum of fewer than ten people: not from a page, not from two pages, whatever they subtract."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import count, product

from hypothesis import given, settings
from hypothesis import strategies as st

from core import suppression
from core.suppression import LEAST, Group, Month

BEGAN = date(2025, 1, 1)


def months(*people: int, undone: dict[int, int] | None = None) -> list[Month]:
    """So many different people in each month; months of nobody are left out."""
    names, first, found = count(), BEGAN, []
    for place, number in enumerate(people):
        if number:
            who = frozenset(next(names) for _person in range(number))
            found.append(Month(first, who, (undone or {}).get(place, 0), number, (number,)))
        first = suppression.next_month(first)
    return found


def spans(groups: list[Group]) -> list[tuple[int, int, int]]:
    return [(group.first.month, group.last.month, group.count) for group in groups]


def test_months_are_counted_together_until_ten_people_are_behind_them() -> None:
    assert spans(suppression.grouped(months(12, 4, 0, 7, 9, 3), since=BEGAN)) == [(1, 1, 12), (2, 4, 11), (5, 6, 12)]


def test_what_is_not_yet_ten_is_not_shown() -> None:
    assert suppression.grouped(months(9), since=BEGAN) == []
    assert spans(suppression.grouped(months(10, 9), since=BEGAN)) == [(1, 1, 10)]


def test_ten_gifts_of_one_person_are_one_person() -> None:
    same = [Month(date(2025, month, 1), frozenset({"ann"}), 0, 1, (5,)) for month in range(1, 13)]

    assert suppression.grouped(same, since=BEGAN) == []


def test_refunds_may_take_people_out_of_a_sum() -> None:
    # Eleven gave and nine were given their money back: two are left.
    assert suppression.grouped(months(11, undone={0: 9}), since=BEGAN) == []


def test_balance_is_told_only_where_both_sides_are() -> None:
    some = months(12, 4, 7)
    groups = suppression.grouped(some, since=BEGAN)

    told = [suppression.is_told(some, groups, until=date(2025, month, 1)) for month in (1, 2, 3, 4)]

    assert told == [True, False, True, True]


def test_shares_are_shown_only_if_both_parts_are_none_or_many() -> None:
    asked = [(0, 0), (5, 9), (10, 10), (0, 12), (3, 40), (37, 40), (30, 40), (1, 3)]

    assert [suppression.share(*each) for each in asked] == [None, None, 100, 0, None, None, 75, None]


def test_median_needs_ten() -> None:
    assert suppression.median([3] * 9) is None
    assert suppression.median([1, 2, 3, 4, 5, 5, 6, 7, 8, 90]) == 5


def test_promises_are_told_in_steps_larger_than_a_grant() -> None:
    assert suppression.at_most(0, 0) == 0
    assert suppression.at_most(50_000, 9) is None
    assert suppression.at_most(200_000, 10) == 200_000
    assert suppression.at_most(200_001, 10) == 300_000


# The adversary: fetches every page of a whole history and adds and subtracts published sums at will. What they can learn
# is the space that the published sums span over the single gifts; its smallest vector is what has to be large.

# Months of few and of about ten, so that groups end at every place; refunds now and then.
_GIVERS = st.integers(0, 12).flatmap(
    lambda size: st.lists(st.integers(0, 40), min_size=size, max_size=size, unique=True)
)
HISTORIES = st.lists(st.tuples(_GIVERS, st.sampled_from([0, 0, 0, 1, 2, 9])), min_size=3, max_size=12)


def told(history: list[tuple[list[int], int]]) -> list[dict[int, int]]:
    """Return, for all pages together, each published sum as the gifts in it: gift to how often it is counted."""
    gifts: list[tuple[int, int, int]] = []  # gift, giver, month
    taken_back: list[tuple[int, int]] = []  # gift, month
    pages: list[list[Group]] = []
    past: list[Month] = []
    first = BEGAN
    for place, (givers, refunds) in enumerate(history):
        new = [(len(gifts) + number, giver, place) for number, giver in enumerate(givers)]
        gifts += new
        # The newest gifts go back first: that takes the most out of this month's own sum.
        back = [gift for gift, _giver, _place in reversed(gifts) if gift not in {g for g, _ in taken_back}][:refunds]
        taken_back += [(gift, place) for gift in back]
        if new or back:
            past.append(Month(first, frozenset(givers), len(back), len(new), (0,)))
        pages.append(suppression.grouped(past, since=BEGAN))
        first = suppression.next_month(first)
    sums = []
    for group in {group for page in pages for group in page}:
        within = {
            place
            for place, month in enumerate(suppression.months_between(BEGAN, first))
            if group.first <= month <= group.last
        }
        vector = {gift: 1 for gift, _giver, place in gifts if place in within}
        for gift, place in taken_back:
            if place in within:
                vector[gift] = vector.get(gift, 0) - 1
        sums.append({gift: times for gift, times in vector.items() if times})
    return sums


@settings(max_examples=200)
@given(HISTORIES)
def test_pages_fetched_at_different_times_agree(history: list[tuple[list[int], int]]) -> None:
    past: list[Month] = []
    first, before = BEGAN, list[Group]()
    for givers, refunds in history:
        if givers or refunds:
            past.append(Month(first, frozenset(givers), refunds, len(givers), (sum(givers),)))
        page = suppression.grouped(past, since=BEGAN)
        assert page[: len(before)] == before
        before, first = page, suppression.next_month(first)


@settings(max_examples=200)
@given(HISTORIES, st.data())
def test_no_sum_and_no_difference_is_of_fewer_than_ten_people(
    history: list[tuple[list[int], int]], data: st.DataObject
) -> None:
    sums = told(history)
    giver_of = dict(enumerate(g for givers, _refunds in history for g in givers))

    mixture = data.draw(st.lists(st.integers(-2, 2), min_size=len(sums), max_size=len(sums)))
    for factors in [mixture, *pairs(len(sums))]:
        learned = {giver_of[gift] for gift, times in mixed(sums, factors).items() if times}
        assert not any(factors) or len(learned) >= LEAST


def mixed(sums: list[dict[int, int]], factors: list[int]) -> Counter[int]:
    """Add published sums up: how often each gift is in the result."""
    result = Counter[int]()
    for factor, vector in zip(factors, sums, strict=True):
        for gift, times in vector.items():
            result[gift] += factor * times
    return result


def pairs(size: int) -> Iterator[list[int]]:
    """Each sum by itself, and each less each other."""
    for one, other in product(range(size), repeat=2):
        yield [(place == one) - (place == other and one != other) for place in range(size)]
