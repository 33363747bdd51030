"""Annual statements: what is on them, when another one replaces them, and that nothing is lost or doubled."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from donations.models import Payment, Statement
from ledger.models import Fund
from organisation.models import LegalEntity
from tests.donations.statement_stage import give, issue, listed, live

pytestmark = pytest.mark.django_db


def test_one_statement_lists_all_receipts_of_a_donors_year(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    gifts = [give(aid_fund, dollars=dollars) for dollars in (10, 20, 30)]
    give(aid_fund, email="bob@mail.example", name="Bob")

    run = issue(legal_entity)

    ann, bob = sorted(live(), key=lambda statement: statement.donor_id)
    assert run.state == "done"
    assert {ann.number, bob.number} == {"STEST-RW-2026-000001", "STEST-RW-2026-000002"}
    assert listed(ann) == [gift.receipts.get().number for gift in gifts]
    assert ann.snapshot["totals"] == [[6000, "USD"]]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(ann.document.content)).pages)
    assert "$60.00" in text
    assert "No goods or services were provided in exchange for these gifts." in text
    assert all(number in text for number in listed(ann))


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("America/Los_Angeles", datetime(2027, 1, 1, 7, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 12, 31, 10, 30, tzinfo=UTC)),
    ],
)
def test_last_evening_of_the_year_belongs_to_it(
    legal_entity: LegalEntity, aid_fund: Fund, zone: str, moment: datetime
) -> None:
    legal_entity.time_zone = zone
    legal_entity.save()
    last = give(aid_fund, at=moment)
    first = give(aid_fund, at=moment.replace(hour=moment.hour + 1))

    issue(legal_entity, year=2026)
    issue(legal_entity, year=2027)

    old, new = live()
    assert [listed(old), listed(new)] == [[_number(last)], [_number(first)]]
    assert old.snapshot["lines"][0]["given_on"] == "2026-12-31"
    assert new.snapshot["lines"][0]["given_on"] == "2027-01-01"


def test_again_issues_nothing_where_nothing_changed(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    give(aid_fund)
    issue(legal_entity)

    again = issue(legal_entity)

    assert Statement.objects.count() == 1
    assert again.tasks.get().state == "unchanged"


def _number(payment: Payment) -> str:
    return payment.receipts.get().number
