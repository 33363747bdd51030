"""What the law asks a receipt to say, by profile, amount, and what came in return."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moneyed import Money

from donations.paper import wording
from organisation.models import LegalEntity

RAFT = LegalEntity(name="Raft Workers Inc.", address="1 Harbour Street", tax_number="00-0000000", wording="us_501c3")
NORTH = LegalEntity(
    name="Raft Workers Canada",
    address="88 Queen Street West, Toronto",
    tax_number="81234 5678 RR0001",
    wording="canada",
    place="Toronto",
    signatory="Maya Chen, Treasurer",
)
PLAIN = LegalEntity(name="Raft Workers", address="Quay 1", wording="plain")
CENTS = st.integers(min_value=1, max_value=10_000_000)


def gift(amount: str, benefit: str = "0", *, currency: str = "USD", is_in_kind: bool = False) -> wording.Gift:
    return wording.Gift(amount=Money(amount, currency), benefit=Money(benefit, currency), is_in_kind=is_in_kind)


def said(what: wording.Gift, entity: LegalEntity = RAFT) -> str:
    return " ".join(wording.of(what, entity, "en").sentences)


@pytest.mark.parametrize(("amount", "is_said"), [("249.99", False), ("250", True), ("5000", True)])
def test_us_gifts_of_250_and_more_get_the_written_acknowledgment(amount: str, is_said: bool) -> None:
    assert ("170(f)(8)" in said(gift(amount))) == is_said
    assert "No goods or services were provided" in said(gift(amount))


def test_us_in_another_currency_nobody_knows_whether_it_is_250() -> None:
    assert "170(f)(8)" in said(gift("200", currency="GBP"))


@pytest.mark.parametrize(("amount", "is_said"), [("75", False), ("75.01", True)])
def test_us_gifts_above_75_with_something_in_return_say_what_is_deductible(amount: str, is_said: bool) -> None:
    text = said(gift(amount, "30"))

    assert ("limited to what exceeds the value" in text) == is_said
    assert ("$45.01" in text) == is_said
    assert "good-faith estimate" in text
    assert "No goods or services" not in text


def test_us_goods_are_described_and_not_valued() -> None:
    worded = wording.of(gift("900", is_in_kind=True), RAFT, "en")

    assert not worded.states_value
    assert worded.eligible is None
    assert "900" not in " ".join(worded.sentences)
    assert "170(f)(8)" in " ".join(worded.sentences)


@given(amount=CENTS, benefit=CENTS, is_in_kind=st.booleans())
def test_us_receipts_never_say_both_nothing_and_something(amount: int, benefit: int, is_in_kind: bool) -> None:
    for part in (0, min(benefit, amount)):
        what = gift(str(Decimal(amount) / 100), str(Decimal(part) / 100), is_in_kind=is_in_kind)
        text = said(what)

        assert ("No goods or services were provided" in text) == (part == 0)
        assert "00-0000000" in text
        assert "section 501(c)(3)" in text


@given(amount=CENTS, benefit=CENTS)
def test_amount_is_what_came_in_return_and_what_is_beyond_it(amount: int, benefit: int) -> None:
    what = gift(str(Decimal(amount) / 100), str(Decimal(min(benefit, amount)) / 100))

    for entity in (RAFT, NORTH, PLAIN):
        eligible = wording.of(what, entity, "en").eligible
        assert eligible is not None
        assert eligible + what.benefit == what.amount
        assert eligible.amount >= 0


def test_canadian_receipts_are_official_and_name_the_agency() -> None:
    worded = wording.of(gift("100", "20", currency="CAD"), NORTH, "en")

    assert worded.title == "Official receipt for income tax purposes"
    assert worded.eligible == Money(80, "CAD")
    assert "Canada Revenue Agency" in " ".join(worded.sentences)
    assert "canada.ca/charities-giving" in " ".join(worded.sentences)


def test_canadian_goods_are_valued() -> None:
    worded = wording.of(gift("100", currency="CAD", is_in_kind=True), NORTH, "en")

    assert worded.states_value
    assert "fair market value" in " ".join(worded.sentences)


@pytest.mark.parametrize("lacking", ["tax_number", "place", "signatory", "address", "donor"])
def test_canadian_receipts_that_lack_what_the_law_asks_for_are_not_official(lacking: str) -> None:
    fields = {name: getattr(NORTH, name) for name in ("name", "address", "tax_number", "wording", "place", "signatory")}
    entity = LegalEntity(**fields | ({} if lacking == "donor" else {lacking: ""}))
    what = wording.Gift(Money(5, "CAD"), Money(0, "CAD"), is_in_kind=False, has_donor=lacking != "donor")

    worded = wording.of(what, entity, "en")

    assert worded.title == "Acknowledgement of your gift"
    assert "not an official receipt" in worded.sentences[0]


def test_plain_receipts_claim_nothing() -> None:
    assert "not a receipt for tax purposes" in said(gift("1000"), PLAIN)
