"""A statement follows what happens after it was issued: refunds, merges, corrected names, erasing."""

from typing import Any

import pytest
from moneyed import Money

from donations import (
    erasing,
    letters_to,
    merging,
    own_data,
    receipting,
    refunds,
    statement_proofs,
    statement_runs,
    statements,
)
from donations.models import Donor, Payment, Statement, StatementDocument
from ledger.models import Fund
from organisation.models import LegalEntity, User
from stripe_gateway.objects import BalanceMove
from stripe_gateway.objects import Refund as Stated
from tests.donations.statement_stage import JANUARY, SUMMER, give, issue, listed, live

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books_are_sound(db: None) -> Any:
    yield
    assert list(statement_proofs.broken()) == []


def send_back(payment: Payment, dollars: int) -> None:
    """What Stripe says of a refund made there."""
    money, number = Money(dollars, "USD"), payment.pk
    move = BalanceMove(f"txn_back_{number}", -money, Money(0, "USD"), -money, JANUARY)
    stated = Stated(
        id=f"re_{number}",
        state="succeeded",
        amount=money,
        reason="requested_by_customer",
        intent_id=payment.intent_id or "",
        charge_id=payment.charge_id or "",
        metadata={},
        created_at=JANUARY,
        balance=move,
        failure=None,
    )
    refunds.apply(stated, payment=payment, at=JANUARY)


def test_statement_after_a_refund_replaces_the_one_before(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    whole, part = give(aid_fund, dollars=30), give(aid_fund, dollars=40)
    give(aid_fund, email="bob@mail.example", name="Bob")
    run = issue(legal_entity)
    before = next(s for s in live() if s.donor == whole.donor)
    send_back(part, 15)
    assert statements.outdated(statement_runs.period_of(run)) == [before.number]

    again = issue(legal_entity)

    after = Statement.objects.get(replaces=before)
    before.refresh_from_db()
    assert (before.state, after.state) == ("replaced", "issued")
    assert after.snapshot["replaces"] == before.number
    assert after.snapshot["totals"] == [[5500, "USD"]]
    assert listed(after)[0] == whole.receipts.get().number
    assert sorted(again.tasks.values_list("state", flat=True)) == ["replaced", "unchanged"]
    assert statements.outdated(statement_runs.period_of(run)) == []


def test_statement_is_void_when_nothing_is_left_and_replaced_when_something_comes(
    legal_entity: LegalEntity, aid_fund: Fund
) -> None:
    gift = give(aid_fund)
    issue(legal_entity)
    send_back(gift, 25)

    gone = issue(legal_entity)
    first = Statement.objects.get()
    assert (first.state, gone.tasks.get().state) == ("void", "voided")

    give(aid_fund)
    issue(legal_entity)

    assert Statement.objects.get(state="issued").replaces == first


def test_merged_donors_have_one_statement_and_separated_ones_two(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User
) -> None:
    ann, anna = give(aid_fund), give(aid_fund, email="anna@mail.example", name="Anna")
    issue(legal_entity)
    merging.merge(kept=ann.donor, merged=anna.donor, by=adam, at=JANUARY)

    issue(legal_entity)

    one = Statement.objects.get(state="issued")
    assert one.donor == ann.donor
    assert len(listed(one)) == 2
    assert sorted(Statement.objects.exclude(pk=one.pk).values_list("state", flat=True)) == ["replaced", "void"]

    merging.separate(merged=Donor.objects.get(pk=anna.donor.pk), by=adam, at=JANUARY)
    issue(legal_entity)

    assert sorted((s.donor_id, len(listed(s))) for s in live()) == [(ann.donor.pk, 1), (anna.donor.pk, 1)]


def test_corrected_name_and_new_address_make_another_statement(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User
) -> None:
    gift = give(aid_fund)
    issue(legal_entity)
    correction = receipting.Correction(name="Ann Marie Example", address="5 Quay Road\nSeattle", benefit=None)
    receipting.correct(receipt=gift.receipts.get(), to=correction, note="asked by phone", by=adam, at=JANUARY)

    issue(legal_entity)

    new = Statement.objects.get(state="issued")
    assert new.snapshot["donor"]["name"] == "Ann Marie Example"
    assert new.snapshot["address"] == "5 Quay Road\nSeattle"

    Donor.objects.update(address="6 Quay Road", details_at=JANUARY, name="Ann M. Example")
    issue(legal_entity)

    newest = Statement.objects.get(state="issued")
    assert (newest.replaces, newest.snapshot["address"]) == (new, "6 Quay Road")
    assert newest.snapshot["donor"]["name"] == "Ann M. Example"


def test_what_was_received_in_return_stands_beside_the_gift(
    legal_entity: LegalEntity, aid_fund: Fund, adam: User
) -> None:
    dinner = give(aid_fund, dollars=100)
    give(aid_fund)
    correction = receipting.Correction(name="Ann", address="", benefit=Money(30, "USD"), benefit_words="Dinner for one")
    receipting.correct(receipt=dinner.receipts.get(), to=correction, note="forgotten", by=adam, at=SUMMER)

    issue(legal_entity)

    said = live()[0].snapshot
    assert said["benefits"] == [[3000, "USD"]]
    assert said["totals"] == [[12500, "USD"]]
    assert [line["benefit"] for line in said["lines"]] == [[3000, "USD"], None]
    assert said["donor"]["words"] == {said["lines"][0]["number"]: {"benefit": "Dinner for one"}}
    assert "Apart from what is listed" in said["statement"][0]


def test_erased_donor_keeps_number_date_and_sum_and_gets_no_other(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    gift = give(aid_fund)
    issue(legal_entity)

    erasing.erase(donor=gift.donor, at=JANUARY)
    issue(legal_entity)

    statement = Statement.objects.get()
    assert statement.erased_at == JANUARY
    assert "donor" not in statement.snapshot
    assert "address" not in statement.snapshot
    assert statement.snapshot["totals"] == [[2500, "USD"]]
    assert StatementDocument.objects.get().pdf is None


def test_own_data_and_letters_know_of_statements(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    gift = give(aid_fund)
    issue(legal_entity)
    statement = Statement.objects.get()

    saved = own_data.of(gift.donor, at=JANUARY)

    assert [row["number"] for row in saved["annual_statements"]] == [statement.number]
    assert statement.number in set(letters_to._names([gift.donor]))
