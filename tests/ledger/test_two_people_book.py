"""What nobody outside tells us of: one person proposes it, another one books it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from moneyed import Money
from pytest_django import DjangoAssertNumQueries

from ledger import balances, posting, proposing
from ledger.models import Account, Entry, Fund, Kind, Proposal, Transaction
from ledger.posting import Line
from mail.models import OutgoingEmail
from organisation.models import AuditEvent, User
from tests.ledger.books_stage import NOW, at_desk, audited, booked, decide, give, proposed, words

pytestmark = pytest.mark.usefixtures("liferaft")


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


SPENDING = {
    "amount": "12.50",
    "asset": "bank",  # asked for only where it is not plain
    "account": "running",
    "on": "2026-03-09",
    "memo": "Hosting in March",
}


def entries(booked: Transaction) -> set[tuple[str, str, int]]:
    return {(e.fund.slug, e.account, e.amount_minor) for e in booked.entries.select_related("fund")}


def test_one_proposes_another_books(tess: User, adam: User, general_fund: Fund) -> None:
    give(general_fund, 100)

    at_desk(tess).post(reverse("ledger_propose", args=["spending"]), SPENDING | {"fund": general_fund.pk})
    proposal = Proposal.objects.get()
    waits = balances.of(general_fund).posted
    page = decide(adam, proposal, "book")

    assert waits == Money(100, "USD")
    assert "It is booked." in page
    transaction = Transaction.objects.get(kind=Kind.SPENDING)
    assert entries(transaction) == {("general", "running", 1250), ("general", "bank", -1250)}
    assert transaction.booked_on == date(2026, 3, 9)
    assert [event.action for event in AuditEvent.objects.filter(action__startswith="ledger.propos")] == [
        "ledger.proposed",
        "ledger.proposal_booked",
    ]
    audited()


@pytest.mark.parametrize(
    ("kind", "sides"),
    [
        ("opening", {("general", "bank", 2000), ("general", "opening", -2000)}),
        ("income", {("general", "bank", 2000), ("general", "other_income", -2000)}),
        (
            "transfer",
            {
                ("general", "bank", -2000),
                ("general", "between_funds", 2000),
                ("aid", "bank", 2000),
                ("aid", "between_funds", -2000),
            },
        ),
    ],
)
def test_each_kind_books_its_two_sides(
    tess: User, adam: User, general_fund: Fund, aid_fund: Fund, kind: str, sides: set[tuple[str, str, int]]
) -> None:
    give(general_fund, 100)
    to_fund = {"to_fund": aid_fund.pk} if kind == "transfer" else {}

    at_desk(tess).post(
        reverse("ledger_propose", args=[kind]), SPENDING | {"amount": "20", "fund": general_fund.pk} | to_fund
    )
    decide(adam, Proposal.objects.get(), "book")

    assert entries(Transaction.objects.get(kind=kind)) == sides
    audited()


def test_what_was_at_stripe_before_and_whose_it_is_can_be_said(
    tess: User, adam: User, general_fund: Fund, aid_fund: Fund
) -> None:
    booked(general_fund, 50, by=tess, agreed=adam, kind="opening", asset=Account.STRIPE)
    booked(general_fund, 20, by=tess, agreed=adam, kind="transfer", to_fund=aid_fund, asset=Account.STRIPE)

    assert balances.of(aid_fund).posted == Money(20, "USD")
    audited()


def test_what_stripe_takes_books_itself(tess: User, general_fund: Fund) -> None:
    with pytest.raises(proposing.BooksItself):
        proposed(general_fund, 5, by=tess, asset=Account.STRIPE)


def test_letter_goes_to_those_who_may_decide_and_not_to_the_proposer(tess: User, adam: User, fay: User) -> None:
    fund = Fund.objects.create(slug="general", name="General")

    proposal = proposed(fund, 10, by=tess, kind="income")

    letters = OutgoingEmail.objects.filter(key__startswith=f"proposal-waits:{proposal.pk}:")
    assert [letter.recipient for letter in letters] == [adam.email]
    assert "Hosting in March" in letters[0].text


def test_own_proposal_is_decided_by_somebody_else(tess: User, general_fund: Fund) -> None:
    proposal = proposed(general_fund, 10, by=tess, kind="income")

    page = decide(tess, proposal, "book")
    declined = decide(tess, proposal, "decline", answer="No")

    assert "Somebody else has to book or decline it." in page
    assert "Somebody else has to book or decline it." in declined
    assert "nobody else may decide" in page
    assert not Transaction.objects.exists()


def test_even_a_shell_cannot_book_without_a_second_person(tess: User, general_fund: Fund) -> None:
    money = Money(10, "USD")
    lines = [Line(Account.BANK, general_fund, money), Line(Account.OTHER_INCOME, general_fund, -money)]

    with pytest.raises(IntegrityError, match="nobody else has agreed"), transaction.atomic():
        posting.post(kind=Kind.INCOME, reference="test:1", lines=lines, occurred_at=NOW, at=NOW)
        posting.check_entries()


def test_decline_needs_words_and_the_proposer_hears_them(tess: User, adam: User, general_fund: Fund) -> None:
    proposal = proposed(general_fund, 10, by=tess, kind="income")

    without = decide(adam, proposal, "decline", answer="")
    decide(adam, proposal, "decline", answer="It is a gift.")

    assert "This field is required." in without
    proposal.refresh_from_db()
    assert (proposal.state, proposal.answer) == ("declined", "It is a gift.")
    assert "It is a gift." in OutgoingEmail.objects.get(key=f"proposal-declined:{proposal.pk}").text


def test_proposer_withdraws_and_nobody_else_does(tess: User, adam: User, general_fund: Fund) -> None:
    proposal = proposed(general_fund, 10, by=tess, kind="income")

    page = decide(adam, proposal, "withdraw")
    decide(tess, proposal, "withdraw")

    assert "Only whoever proposed it can withdraw it." in page
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"


def test_second_decision_is_told_about_the_first(tess: User, adam: User, general_fund: Fund) -> None:
    proposal = proposed(general_fund, 10, by=tess, kind="income")
    decide(adam, proposal, "book")

    page = decide(adam, proposal, "decline", answer="No")

    assert "Adam was faster: it is booked." in page
    assert Transaction.objects.count() == 1


def test_fund_that_has_too_little_says_how_much_it_has(
    tess: User, adam: User, general_fund: Fund, aid_fund: Fund
) -> None:
    give(general_fund, 30)
    proposal = proposed(general_fund, 31, by=tess, kind="transfer", to_fund=aid_fund)

    page = decide(adam, proposal, "book")

    assert "General has only $30.00 available. Nothing was booked." in page
    assert Proposal.objects.get().is_open
    assert balances.of(aid_fund).posted == Money(0, "USD")


def test_transfer_out_of_a_restricted_fund_must_say_how_it_keeps_the_purpose(
    tess: User, adam: User, general_fund: Fund, aid_fund: Fund
) -> None:
    typed = SPENDING | {"fund": aid_fund.pk, "to_fund": general_fund.pk, "memo": "Fees of paying aid"}
    address = reverse("ledger_propose", args=["transfer"])

    page = words(at_desk(tess).post(address, typed).content)
    refused = Proposal.objects.count()
    at_desk(tess).post(address, typed | {"keeps_purpose": "on"})

    assert refused == 0
    assert "was given for its purpose only" in page
    decision = at_desk(adam).get(reverse("ledger_proposal", args=[Proposal.objects.get().pk])).content
    assert "Book this only if it keeps that purpose." in words(decision)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"amount": "twelve"}, "Write the amount in figures"),
        ({"amount": "€12"}, "This fund counts in USD."),
        ({"amount": "99999999999"}, "This is more than one booking can be."),
        ({"on": "2026-03-11"}, "This day is in the future."),
        ({"on": "1889-03-11"}, "This day is too long ago."),
        ({"on": "yesterday"}, "Enter a valid date."),
        ({"memo": ""}, "This field is required."),
        ({"account": "aid"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    tess: User, general_fund: Fund, wrong: dict[str, str], sentence: str
) -> None:
    typed = SPENDING | {"fund": str(general_fund.pk), "memo": "Kept words"} | wrong

    answer = at_desk(tess).post(reverse("ledger_propose", args=["spending"]), typed)

    assert sentence in words(answer.content)
    assert "memo" in wrong or "Kept words" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_funds_of_two_currencies_pass_nothing_on(tess: User, general_fund: Fund) -> None:
    euros = Fund.objects.create(slug="euros", name="Euros", currency="EUR")

    typed = SPENDING | {"fund": general_fund.pk, "to_fund": euros.pk}
    page = at_desk(tess).post(reverse("ledger_propose", args=["transfer"]), typed).content

    assert "The two funds count in different currencies." in words(page)
    with pytest.raises(proposing.OtherCurrency):
        proposed(general_fund, 5, by=tess, kind="transfer", to_fund=euros)


def test_fundraiser_sees_proposals_and_makes_none(fay: User, tess: User, general_fund: Fund) -> None:
    proposal = proposed(general_fund, 10, by=tess, kind="income")
    page = at_desk(fay).get(reverse("ledger_proposal", args=[proposal.pk])).content

    assert "Treasurers and administrators decide." in words(page)
    with pytest.raises(proposing.NotAllowed):
        proposing.book(proposal_id=proposal.pk, by=fay, at=NOW)


def test_booking_by_hand_is_taken_back_by_two_people(tess: User, adam: User, general_fund: Fund) -> None:
    wrong = booked(general_fund, 40, by=tess, agreed=adam, kind="income")

    at_desk(adam).post(
        reverse("ledger_propose_reversal", args=[wrong.proposal.pk]), {"on": "2026-03-10", "memo": "Booked twice"}
    )
    reversal = Proposal.objects.get(kind="reversal")
    decide(tess, reversal, "book")

    assert balances.of(general_fund).posted == Money(0, "USD")
    assert Transaction.objects.get(reverses=wrong).memo == "Booked twice"
    audited()


def test_same_booking_is_not_taken_back_twice(tess: User, adam: User, general_fund: Fund) -> None:
    wrong = booked(general_fund, 40, by=tess, agreed=adam, kind="income")
    address = reverse("ledger_propose_reversal", args=[wrong.proposal.pk])
    typed = {"on": "2026-03-10", "memo": "Booked twice"}
    at_desk(adam).post(address, typed)

    page = at_desk(tess).post(address, typed).content

    assert "is proposed or booked already" in words(page)
    assert Proposal.objects.filter(kind="reversal").count() == 1


def test_gift_is_not_taken_back_by_hand(tess: User, general_fund: Fund) -> None:
    gift = give(general_fund, 40)

    with pytest.raises(proposing.NotByHand):
        proposing.propose_reversal(original=gift, on=date(2026, 3, 10), memo="No", by=tess, at=NOW)


def test_income_that_is_promised_already_cannot_be_taken_back(
    tess: User, adam: User, general_fund: Fund, now: datetime
) -> None:
    wrong = booked(general_fund, 40, by=tess, agreed=adam, kind="income")
    booked(general_fund, 30, by=tess, agreed=adam)
    reversal = proposing.propose_reversal(original=wrong, on=date(2026, 3, 10), memo="No", by=tess, at=now)

    page = decide(adam, reversal, "book")

    assert "General has only $10.00 available." in page


def test_list_begins_with_what_waits_and_the_menu_counts_it(
    tess: User, adam: User, general_fund: Fund, client: Client
) -> None:
    waits = proposed(general_fund, 10, by=tess, kind="income")
    later = NOW + timedelta(minutes=1)
    booked(general_fund, 20, by=tess, agreed=adam, kind="income", at=later)

    page = at_desk(adam).get(reverse("ledger_proposals")).content.decode()

    assert page.index("$10.00") < page.index("$20.00")
    assert "Proposals (1)" in page
    assert "Proposals (1)" not in at_desk(tess).get(reverse("ledger_proposals")).content.decode()
    assert waits.is_open


def test_long_list_is_read_in_few_queries(
    tess: User, adam: User, general_fund: Fund, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        booked(general_fund, 20 + number, by=tess, agreed=adam, kind="income")
    desk = at_desk(adam)

    with django_assert_max_num_queries(25):
        desk.get(reverse("ledger_proposals"))

    assert Entry.objects.count() == 24
