"""A worker's way through many rows: each has its turn, and what fails keeps no other from theirs."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now as wall_clock

from donations import turns
from ledger.models import Fund


@pytest.fixture
def funds(db: None) -> list[int]:
    return [Fund.objects.create(slug=f"fund-{number}", name=f"Fund {number}").pk for number in range(60)]


def go(deed: turns.Deed, *, seconds: int = 60) -> list[bool]:
    return list(turns.each(Fund.objects.all(), deed, until=wall_clock() + timedelta(seconds=seconds)))


def test_each_row_has_one_turn(funds: list[int]) -> None:
    seen: list[int] = []

    def deed(key: int, *, at: datetime) -> bool:
        seen.append(key)
        return True

    assert go(deed) == [True] * 60
    assert sorted(seen) == funds


def test_what_fails_is_passed_by_and_the_log_does_not_quote_it(
    funds: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    quoted = "Ann Example, 1 Example Street"

    def deed(key: int, *, at: datetime) -> bool:
        if key == funds[3]:
            raise ValueError(quoted)
        return True

    assert sorted(go(deed)) == [False] + [True] * 59
    assert f"ledger.Fund {funds[3]} failed: ValueError" in caplog.text
    assert "Ann" not in caplog.text


def test_nothing_is_begun_after_its_time(funds: list[int]) -> None:
    assert go(lambda _key, at: True, seconds=-1) == []
