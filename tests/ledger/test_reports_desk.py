"""The reports at the desk: every number leads to what is behind it, files have numbers, nonsense gets a sentence."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from moneyed import Money

from ledger import posting, promises
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation.models import Organisation, User
from tests.ledger.books_stage import at_desk, words
from tests.ledger.reports_stage import book, gift, noon, pass_on

pytestmark = pytest.mark.usefixtures("liferaft")

JANUARY, MARCH = date(2026, 1, 20), date(2026, 3, 5)
REPORTS = ["ledger_statement", "ledger_activities", "ledger_trial_balance"]
YEAR = "since=2026-01-01&until=2026-12-31"


@pytest.fixture
def books(aid_fund: Fund, general_fund: Fund) -> None:
    """Two funds with a gift each in January; in March aid is paid, and money goes from one to the other."""
    gift(aid_fund, 10_000, JANUARY, fee=320, reference="stripe:txn_1")
    gift(general_fund, 4_000, JANUARY, reference="stripe:txn_2")
    book(Kind.PAYOUT, "stripe:txn_3", MARCH, [(Account.STRIPE, aid_fund, -9_000), (Account.BANK, aid_fund, 9_000)])
    book(
        Kind.DISBURSEMENT, "disbursement:1:1", MARCH, [(Account.BANK, aid_fund, -2_500), (Account.AID, aid_fund, 2_500)]
    )
    pass_on(Account.STRIPE, 1_000, from_=general_fund, to=aid_fund, day=MARCH)


@pytest.mark.parametrize("name", REPORTS)
def test_span_that_ends_in_the_future_is_said_to_end_today(books: None, tess: User, name: str) -> None:
    ahead = "what is counted here ends today"

    assert ahead in ask(tess, name, "since=2026-01-01&until=2100-12-31&by=year")
    assert ahead not in ask(tess, name, "since=2026-01-01&until=2026-03-31")


def ask(who: User, name: str, asked: str = "") -> str:
    answer = at_desk(who).get(f"{reverse(name)}?{asked}")
    assert answer.status_code == 200
    return answer.content.decode()


def row(page: str, head: str) -> list[str]:
    """The words of the cells of the first row that begins with this head."""
    cells = [
        [words(cell.encode()) for cell in re.findall(r"<t[hd].*?</t[hd]>", found, re.S)]
        for found in re.findall(r"<tr.*?</tr>", page, re.S)
    ]
    return next(found for found in cells if head in found[:2])


@pytest.mark.usefixtures("books")
def test_fund_statement_goes_from_opening_to_closing(tess: User) -> None:
    page = ask(tess, "ledger_statement", f"of=fund:aid&{YEAR}")

    heads = ["Month", "Opening balance", "Gifts", "Mutual aid", "Payment fees", "Transfers", "Closing balance"]
    assert row(page, "Month") == [*heads, "Promised", "Available"]
    january = ["$0.00", "$100.00", "$0.00", "-$3.20", "$0.00", "$96.80", "$0.00", "$96.80"]
    assert row(page, "January 2026") == ["January 2026", *january]
    march = ["$96.80", "$0.00", "-$25.00", "$0.00", "$10.00", "$81.80", "$0.00", "$81.80"]
    assert row(page, "March 2026") == ["March 2026", *march]
    together = ["$0.00", "$100.00", "-$25.00", "-$3.20", "$10.00", "$81.80", "$0.00", "$81.80"]
    assert row(page, "Together") == ["Together", *together]


@pytest.mark.usefixtures("books")
def test_income_and_spending_by_time_and_by_restriction(tess: User) -> None:
    page = ask(tess, "ledger_activities", f"{YEAR}&by=year")

    assert row(page, "Gifts") == ["4000", "Gifts", "$140.00", "$140.00"]
    assert row(page, "Income less spending") == ["", "Income less spending", "$111.80", "$111.80"]
    restricted = page[page.index('id="restrictions"') :]
    assert row(restricted, "Gifts") == ["4000", "Gifts", "$40.00", "$100.00", "$140.00"]
    assert row(restricted, "Transfers between funds")[2:] == ["-$10.00", "$10.00", "$0.00"]
    assert row(restricted, "Change of the money")[2:] == ["$30.00", "$81.80", "$111.80"]


@pytest.mark.usefixtures("books")
def test_trial_balance_balances(tess: User) -> None:
    page = ask(tess, "ledger_trial_balance", "since=2026-02-01&until=2026-03-31&each=on&of=all:USD")

    assert "the books balance" in page
    assert row(page, "Bank account") == [
        "1010",
        "Bank account",
        "Mutual aid",
        "$0.00",
        "$90.00",
        "$25.00",
        "$65.00",
        "",
    ]
    assert row(page, "Together")[3:] == ["$0.00", "$135.00", "$135.00", "$150.00", "$150.00"]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(("name", "of"), [*zip(REPORTS, ["fund:aid", "all:USD", "all:USD"], strict=True)])
def test_every_number_is_the_sum_of_what_it_leads_to(tess: User, name: str, of: str) -> None:
    page = ask(tess, name, f"of={of}&since=2026-01-10&until=2026-03-31&by=month")
    links = re.findall(r'<a href="([^"]*/books/(?:transactions|promises)/\?[^"]*)">([^<]*\$[^<]*)</a>', page)
    browser = at_desk(tess)

    assert len(links) > 5
    for address, shown in links:
        behind = words(browser.get(address.replace("&amp;", "&")).content)
        debit, credit, net = re.findall(r"debits (\S+), credits (\S+), debits less credits (\S+)\.", behind)[0]
        amounts = {each.lstrip("-") for each in (debit, credit, net)}
        assert shown.lstrip("-") in amounts, (address, shown, amounts)


@pytest.mark.usefixtures("books")
def test_promised_leads_to_the_promises_of_that_day(tess: User, aid_fund: Fund) -> None:
    made = promises.promise(fund=aid_fund, amount=Money(20, "USD"), reference="aid-request:7", at=noon(MARCH))
    promises.release(promise=made, at=noon(date(2026, 4, 3)))

    page = ask(tess, "ledger_statement", f"of=fund:aid&{YEAR}")

    assert row(page, "February 2026")[-2:] == ["$0.00", "$96.80"]
    assert row(page, "March 2026")[-2:] == ["$20.00", "$61.80"]
    assert row(page, "April 2026")[-2:] == ["$0.00", "$81.80"]
    (address,) = re.findall(r'"([^"]*/promises/[^"]*)">\$20.00<', page)
    behind = words(at_desk(tess).get(address.replace("&amp;", "&")).content)
    assert "at the end of this day: $20.00" in behind
    assert "aid request" in behind  # whose it is, the books do not tell
    assert "aid-request:7" not in behind


def test_settled_promise_is_never_promised_and_gone(tess: User, aid_fund: Fund) -> None:
    """Paid on the last of March, written down in April: in March the money is gone and no longer promised."""
    gift(aid_fund, 10_000, JANUARY, reference="stripe:txn_1")
    made = promises.promise(fund=aid_fund, amount=Money(25, "USD"), reference="aid-request:7", at=noon(MARCH))
    paid = [(Account.BANK, aid_fund, -2_500), (Account.AID, aid_fund, 2_500)]
    by = book(Kind.DISBURSEMENT, "disbursement:1:1", date(2026, 3, 31), paid)
    promises.settle(promise=made, by=by, at=noon(date(2026, 4, 2)))

    page = ask(tess, "ledger_statement", f"of=fund:aid&{YEAR}")

    assert row(page, "March 2026")[-3:] == ["$75.00", "$0.00", "$75.00"]


@pytest.mark.parametrize(("zone", "year"), [("Pacific/Auckland", "2026"), ("America/Los_Angeles", "2025")])
def test_year_ends_where_the_organisation_is(
    tess: User, aid_fund: Fund, liferaft: Organisation, zone: str, year: str
) -> None:
    """Noon in London on New Year's Eve is 2026 in Auckland; six in the morning after it is 2025 in Los Angeles."""
    moment = datetime(2025, 12, 31, 12, tzinfo=UTC) if year == "2026" else datetime(2026, 1, 1, 6, tzinfo=UTC)
    Organisation.objects.update(time_zone=zone)
    money = Money(25, "USD")
    posting.post(
        kind=Kind.GIFT,
        reference="stripe:txn_1",
        lines=[Line(Account.STRIPE, aid_fund, money), Line(Account.GIFTS, aid_fund, -money)],
        occurred_at=moment,
        at=moment,
    )
    promises.promise(fund=aid_fund, amount=Money(5, "USD"), reference="aid-request:1", at=moment)

    page = ask(tess, "ledger_statement", "since=2025-01-01&until=2026-12-31&by=year")

    assert row(page, year)[1:3] == ["$0.00", "$25.00"]
    assert row(page, "2025")[-2] == ("$5.00" if year == "2025" else "$0.00")
    assert row(page, "2026")[-2] == "$5.00"
