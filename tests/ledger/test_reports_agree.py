"""Whatever was booked, the reports agree with each other and with the balances of the funds."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.money import from_minor
from ledger import balances, reports, sums
from ledger.models import ASSETS, Account, Entry, Fund, Kind
from ledger.sums import Scope, Span, Step
from tests.ledger.reports_stage import book

pytestmark = pytest.mark.usefixtures("liferaft")

_numbers = itertools.count(1)
_FIRST = date(2025, 11, 15)

# A movement within one fund: an account gets what another one gives. In kind comes and is used in one booking.
_accounts = st.sampled_from([account for account in Account if account not in {Account.IN_KIND, Account.GIFTS_IN_KIND}])
_movement = st.tuples(
    st.integers(0, 2),
    st.one_of(st.tuples(_accounts, _accounts), st.just((Account.IN_KIND, Account.GIFTS_IN_KIND))),
    st.integers(1, 10**9),
    st.integers(0, 500),
)
_Movements = list[tuple[int, tuple[Account, Account], int, int]]
_spans = st.tuples(st.integers(-40, 520), st.integers(0, 500), st.sampled_from(Step))


@pytest.fixture
def funds(db: None) -> list[Fund]:
    return [
        Fund.objects.create(slug="aid", name="Aid", is_restricted=True),
        Fund.objects.create(slug="general", name="General"),
        Fund.objects.create(slug="yen", name="Yen", currency="JPY"),
    ]


def _scopes(funds: list[Fund]) -> list[Scope]:
    return [*(Scope.of_fund(fund) for fund in funds), Scope.of_currency("USD"), Scope.of_currency("JPY")]


@contextmanager
def _taken_back() -> Iterator[None]:
    """Every example begins with empty books."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _book(funds: list[Fund], movements: _Movements) -> None:
    for place, (to, from_), minor, days in movements:
        moved = [(to, funds[place], minor), (from_, funds[place], -minor)]
        book(Kind.INCOME, f"test:{next(_numbers)}", _FIRST + timedelta(days=days), moved)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(movements=st.lists(_movement, max_size=25), asked=_spans)
def test_reports_agree_with_each_other(funds: list[Fund], movements: _Movements, asked: tuple[int, int, Step]) -> None:
    with _taken_back():
        _book(funds, movements)
        since = _FIRST + timedelta(days=asked[0])
        span = Span(since, since + timedelta(days=asked[1]), asked[2])

        for scope in _scopes(funds):
            statement = reports.fund_statement(scope, span)
            income = reports.activities(scope, span)
            trial = reports.trial_balance(scope, span)
            by_fund = reports.trial_balance(scope, span, by_fund=True)

            # Opening and movements are the closing, and the next opening.
            assert all(row.unexplained == 0 for row in [*statement.rows, statement.whole])
            for before, after in itertools.pairwise(statement.rows):
                assert after.opening == before.closing
            assert (statement.whole.opening, statement.whole.closing) == (
                statement.rows[0].opening,
                statement.rows[-1].closing,
            )
            # Income and spending, by time and by restriction, explain the change of the money.
            change = [row.closing - row.opening for row in statement.rows]
            assert income.by_time.change == [*change, sum(change)]
            assert income.by_restriction.change[-1] == sum(change)
            assert (
                sum(income.by_restriction.result[:-1]) == income.by_restriction.result[-1] == income.by_time.result[-1]
            )
            # Debits are credits, whether funds are told apart or not.
            assert trial.is_balanced
            assert by_fund.is_balanced
            assert trial.opening == by_fund.opening == 0
            assert (trial.debits, trial.credits) == (by_fund.debits, by_fund.credits)
            assert sum(row.closing for row in trial.rows if row.account in ASSETS) == statement.whole.closing


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(movements=st.lists(_movement, max_size=25))
def test_statement_until_today_ends_with_what_the_fund_has(funds: list[Fund], movements: _Movements) -> None:
    with _taken_back():
        _book(funds, movements)
        span = Span(_FIRST, _FIRST + timedelta(days=600), Step.YEAR)

        for fund in funds:
            whole = reports.fund_statement(Scope.of_fund(fund), span).whole
            there = balances.of(fund)

            assert from_minor(whole.closing, fund.currency) == there.posted
            assert from_minor(whole.available, fund.currency) == there.available
            assert from_minor(sum(whole.came.values()) + whole.transfers, fund.currency) == there.money_in
            assert from_minor(sum(whole.went.values()), fund.currency) == there.money_out


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(movements=st.lists(_movement, max_size=25), asked=_spans)
def test_sums_are_those_of_the_entries(funds: list[Fund], movements: _Movements, asked: tuple[int, int, Step]) -> None:
    """Counted entry by entry in Python, as slowly as can be."""
    with _taken_back():
        _book(funds, movements)
        since = _FIRST + timedelta(days=asked[0])
        span = Span(since, since + timedelta(days=asked[1]), asked[2])
        counted: dict[tuple[object, ...], int] = defaultdict(int)
        for entry in Entry.objects.select_related("transaction"):
            day = entry.transaction.booked_on
            parts = [part for part in span.parts if part.since <= day <= part.until]
            if day <= span.until and entry.currency == "USD":
                counted[parts[0] if parts else None, entry.fund_id, entry.account, entry.amount_minor > 0] += (
                    entry.amount_minor
                )

        found: dict[tuple[object, ...], int] = {}
        for row in sums.turnovers(Scope.of_currency("USD"), span):
            for is_debit, amount in ((True, row.debit), (False, -row.credit)):
                if amount:
                    found[row.part, row.fund, row.account.value, is_debit] = amount

        assert found == counted
