"""The public accounts: true sums, and none that shows what fewer than ten people gave or were given."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from moneyed import Money
from pytest_django import Settings

from aid import appealing
from aid.answers import Need
from aid.models import AidRequest
from aid.statuses import Status
from config.demo import cases
from config.demo.workers import Worker
from donations import offline
from donations.models import Donor, Method, Payment, Refund
from ledger.models import Fund
from organisation.models import LegalEntity, Organisation, User

pytestmark = pytest.mark.django_db
_names = count(1)


@pytest.fixture
def look(client: Client, settings: Settings, tmp_path: Path) -> Callable[..., str]:
    """Read a page at a moment: ``look(datetime(…), "/es/books/")``; without tags, spaces as they are read."""
    settings.CLOCK_FILE = str(tmp_path / "clock")

    def at(moment: datetime, address: str = "/books/") -> str:
        offset = int((moment - timezone.now()).total_seconds())
        Path(settings.CLOCK_FILE).write_text(str(offset), encoding="ascii")
        caches["default"].clear()
        answer = client.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        return text if address.endswith(".csv") else " ".join(re.sub(r"<[^>]+>", " ", text).split())

    return at


@pytest.fixture
def give(legal_entity: LegalEntity, fay: User) -> Callable[..., Payment]:
    """Enter a cheque on the day it came. Everybody is somebody else, unless they have a name."""

    def enter(fund: Fund, amount: int, on: datetime, *, name: str = "", method: Method = Method.CHEQUE) -> Payment:
        entered = offline.Entered(
            method=method,
            amount=Money(amount, "USD"),
            received_on=on.date(),
            fund=fund,
            name=name or f"Giver {next(_names)}",
            email=f"{name}@mail.example" if name else "",
            goods="Two tents" if method == Method.IN_KIND else "",
        )
        return offline.record(entered=entered, by=fay, at=on)

    return enter


def day(month: int, of_month: int = 15, *, year: int = 2026) -> datetime:
    return datetime(year, month, of_month, 16, 0, tzinfo=UTC)


def rows_of(text: str) -> list[list[str]]:
    """The file without its explanation."""
    return [row for row in csv.reader(io.StringIO(text)) if not row[0].startswith("#")][1:]


def test_empty_books_say_that_nothing_is_there_yet(look: Callable[..., str], liferaft: Organisation) -> None:
    assert "No fund is public yet" in look(day(3))


def test_fund_that_is_not_public_is_not_named(look: Callable[..., str], liferaft: Organisation, aid_fund: Fund) -> None:
    Fund.objects.update(is_public=False)

    assert "Mutual aid" not in look(day(3)) + look(day(3), "/books/public-accounts.csv")


def test_month_is_shown_once_it_is_complete_and_five_days_are_over(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund
) -> None:
    for _giver in range(10):
        give(general_fund, 12, day(1))

    assert "$120.00" not in look(datetime(2026, 2, 5, 12, tzinfo=UTC))
    page = look(datetime(2026, 2, 6, 12, tzinfo=UTC))
    assert "January 2026 10 $120.00" in page
    assert "As of Jan. 31, 2026" in page


def test_nine_people_are_told_with_the_next_month(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund
) -> None:
    for _giver in range(9):
        give(general_fund, 10, day(1))
    before = look(day(2))
    give(general_fund, 7, day(2))

    after = look(day(3))

    assert "$90" not in before
    assert "January 2026 fewer than 10 so far" in before
    assert "February 2026 10 $97.00 January 2026 counted in February 2026" in after


def test_ten_gifts_of_one_supporter_are_not_told(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund
) -> None:
    for month in range(1, 11):
        give(general_fund, 11, day(month), name="ann")

    page = look(day(12))

    assert "fewer than 10 so far" in page
    assert "$110" not in page


def test_ten_gifts_in_cash_under_one_name_are_not_told(
    look: Callable[..., str], fay: User, legal_entity: LegalEntity, general_fund: Fund
) -> None:
    """Each of them stands in a record of its own, as nobody knows whether it is the same Ann."""
    for number in range(10):
        name = "Ann Example" if number % 2 else "ANN example "
        offline.record(
            entered=offline.Entered(Method.CASH, Money(12, "USD"), day(1).date(), general_fund, name=name),
            by=fay,
            at=day(1),
        )

    assert Donor.objects.count() > 1
    assert "$120" not in look(day(2))


def test_late_gift_and_refund_change_no_month_that_was_shown(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund, fay: User
) -> None:
    gifts = [give(general_fund, 10, day(1)) for _giver in range(10)]
    january = "January 2026 10 $100.00"
    assert january in look(day(2))

    entered = offline.Entered(
        method=Method.CHEQUE, amount=Money(5, "USD"), received_on=day(1).date(), fund=general_fund, name="Late Lee"
    )
    offline.record(entered=entered, by=fay, at=day(3))
    offline.take_back(payment=gifts[0], amount=Money(10, "USD"), reason=Refund.Reason.ASKED, by=fay, at=day(3))

    page = look(day(4))
    assert january in page
    assert "March 2026 fewer than 10 so far" in page
    assert "$95" not in page
    assert "$105" not in page


def test_goods_are_no_money(look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund) -> None:
    for _giver in range(10):
        give(general_fund, 10, day(1))
    give(general_fund, 5000, day(1), method=Method.IN_KIND)

    page = look(day(2))

    assert "January 2026 10 $100.00" in page
    assert "$5,100" not in page


@pytest.fixture
def wave(
    give: Callable[..., Payment], aid_fund: Fund, person: Callable[..., User], carl: User, ada: User, tess: User
) -> Fund:
    """Eleven people give in January; in February fifteen are granted something and six are not."""
    for _giver in range(11):
        give(aid_fund, 200, day(1))
    cases.build([*cases.HEIGHT, *cases.WAVE], start=day(2, 1))
    return aid_fund


def test_aid_is_told_with_how_long_it_took(look: Callable[..., str], wave: Fund) -> None:
    page = look(day(3))

    granted = [worker.amount for worker in cases.HEIGHT + cases.WAVE if worker.until != Status.DECLINED]
    assert f"February 2026 fewer than 10 so far {len(granted)} ${sum(granted)}.00" in page
    assert "2 days from application to payment" in page


def test_share_is_told_once_ten_were_declined_too(look: Callable[..., str], wave: Fund) -> None:
    before = look(day(3))
    declined = [Worker(0, 50 + number, (Need.FOOD,), Status.DECLINED) for number in range(4)]
    cases.build(declined, start=day(3))

    after = look(day(4))

    assert "were granted" not in before  # Six were declined, and whoever knows the share knows that.
    assert "60% of the requests that were decided on were granted" in after


def test_share_that_appealed_is_told_once_ten_did_and_ten_did_not(look: Callable[..., str], wave: Fund) -> None:
    declined = [Worker(0, 50 + number, (Need.FOOD,), Status.DECLINED) for number in range(20)]
    cases.build(declined, start=day(3))
    appealing_ones = list(AidRequest.objects.filter(status=Status.DECLINED).order_by("submitted_at")[:10])
    for number, request in enumerate(appealing_ones):
        if number == 9:
            before = look(day(4))
        appealing.appeal(request_id=request.pk, ground="", at=day(3, 20))

    after = look(day(4))

    assert "of those who were declined appealed" not in before
    assert "38% of those who were declined appealed" in after
    assert ["", "", "appealed_percent", "2025-04", "2026-03", "38", ""] in rows_of(
        look(day(4), "/books/public-accounts.csv")
    )


def test_fund_says_what_is_there_where_both_sides_are_shown(look: Callable[..., str], wave: Fund) -> None:
    page = look(day(3))

    assert "$2,200.00 $885.00 $1,315.00 $0.00 $1,315.00" in page


def test_single_promise_is_not_told_and_not_to_be_worked_out(look: Callable[..., str], wave: Fund) -> None:
    cases.build([cases.TODAY[1]], start=day(3, 10))  # six days before: approved on the fifth, not paid

    page = look(day(4, 10))

    assert "$1,315.00 fewer than 10 not shown" in page


def test_file_says_what_the_page_says(look: Callable[..., str], wave: Fund) -> None:
    text = look(day(3), "/books/public-accounts.csv")

    assert text.startswith("# Raft Workers")
    assert rows_of(text) == [
        ["Mutual aid", "USD", "gifts", "2026-01", "2026-01", "11", "2200.00"],
        ["Mutual aid", "USD", "grants", "2026-01", "2026-02", "15", "885.00"],
        ["Mutual aid", "USD", "in_hand", "", "2026-02-28", "", "1315.00"],
        ["Mutual aid", "USD", "promised_at_most", "", "2026-02-28", "", "0.00"],
        ["", "", "median_days_to_payment", "2025-03", "2026-02", "2", ""],
        # Six were declined: fewer than ten, so no share of them is told.
        ["", "", "granted_percent", "2025-03", "2026-02", "", ""],
        ["", "", "appealed_percent", "2025-03", "2026-02", "", ""],
        ["", "", "appeals_granted_percent", "2025-03", "2026-02", "", ""],
    ]


def test_name_of_a_fund_is_no_formula_in_a_spreadsheet(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund
) -> None:
    Fund.objects.update(name='=HYPERLINK("https://fund.example")')
    for _giver in range(10):
        give(general_fund, 12, day(1))

    names = {row[0] for row in rows_of(look(day(2), "/books/public-accounts.csv")) if row[0]}

    assert names == {'\'=HYPERLINK("https://fund.example")'}


def test_spanish_page_speaks_spanish(look: Callable[..., str], wave: Fund) -> None:
    page = look(day(3), "/es/books/")

    assert "Nuestras cuentas" in page
    assert "febrero de 2026" in page


def test_page_is_for_everybody_and_kept_without_a_cookie(
    client: Client, liferaft: Organisation, aid_fund: Fund
) -> None:
    for name in ("ledger:books", "ledger:books_file"):
        answer = client.get(reverse(name))

        assert "public" in answer["Cache-Control"]
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies


def test_page_and_file_are_kept_ready(client: Client, liferaft: Organisation, aid_fund: Fund) -> None:
    for address in ("/books/", "/es/books/", "/books/public-accounts.csv"):
        first = client.get(address)

        with CaptureQueriesContext(connection) as queries:
            again = client.get(address)

        assert len(queries) == 0
        assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])


def test_made_up_addresses_do_not_read_the_books_again(client: Client, liferaft: Organisation, aid_fund: Fund) -> None:
    for address in ("/books/", "/books/public-accounts.csv"):
        client.get(address)

        with CaptureQueriesContext(connection) as queries:
            answers = [client.get(f"{address}?x=1"), client.head(address), client.get(f"{address}?y")]

        assert [answer.status_code for answer in answers] == [200] * 3
        assert not [query["sql"] for query in queries if "ledger_entry" in query["sql"]]


def test_queries_do_not_grow_with_funds_and_months(
    look: Callable[..., str], give: Callable[..., Payment], general_fund: Fund, aid_fund: Fund
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            look(day(12))
        return len(queries)

    give(general_fund, 10, day(1))
    few = asked()
    for month in range(1, 11):
        for fund in (general_fund, aid_fund, Fund.objects.create(slug=f"f{month}", name=f"Fund {month}")):
            give(fund, 10, day(month))

    assert asked() == few
