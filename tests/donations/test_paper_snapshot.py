"""What a receipt says is frozen with it, the corrected name and what came in return too; what is personal can be taken out."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from donations import erasing, proofs, receipts
from donations.models import Donor, Duplicate, OfflineGift, Receipt, ReceiptDetails, ReceiptDocument
from donations.paper import receipt as printed
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.donations.paper_stage import AT, FIRST_VERSION, SECOND_VERSION, issued_anew, receipt_of, words, write_details

pytestmark = pytest.mark.usefixtures("legal_entity")

PERSONAL = {"donor", "address", "honouree", "benefit_text", "goods"}


def test_snapshot_says_everything_that_is_printed(fay: User, aid_fund: Fund) -> None:
    LegalEntity.objects.update(
        paper_size="a4", says_amount_in_words=True, place="Portland", signatory="Tess, Treasurer"
    )

    taken = receipt_of(fay, aid_fund, amount="120", benefit="45.50").snapshot

    assert taken["version"] == 3
    assert (taken["donor"], taken["address"]) == ("Ann Example", "17 Birch Lane\nSpringfield, IL 62704")
    assert (taken["given_on"], taken["issued_on"]) == ("2026-03-09", "2026-03-10")
    assert (taken["amount"], taken["benefit"], taken["eligible"]) == ([12000, "USD"], [4550, "USD"], [7450, "USD"])
    assert (taken["benefit_text"], taken["method"], taken["goods"]) == ("Dinner for two", "cheque", "")
    assert taken["in_words"] == "One hundred twenty US dollars and 00/100"
    assert (taken["paper_size"], taken["wording"]) == ("a4", "us_501c3")
    assert (taken["entity"]["place"], taken["entity"]["signatory"]) == ("Portland", "Tess, Treasurer")


def test_newest_name_and_address_that_were_written_win(fay: User, aid_fund: Fund) -> None:
    first = receipt_of(fay, aid_fund)
    write_details(first, fay, name="Ann Margarethe Example", address="2 Quay")
    write_details(first, fay, address="3 Quay")

    second = issued_anew(first)

    assert (second.snapshot["donor"], second.snapshot["address"]) == ("Ann Margarethe Example", "3 Quay")
    assert second.snapshot["replaces"] == first.number
    assert first.snapshot["donor"] == "Ann Example"
    assert f"No. {first.number}" in words(printed.render(second.snapshot))


def test_newest_word_on_what_came_in_return_wins_even_if_it_is_nothing(fay: User, aid_fund: Fund) -> None:
    first = receipt_of(fay, aid_fund, amount="100", benefit="30")
    write_details(first, fay, benefit_minor=4000, benefit="Two tickets")
    second = issued_anew(first)
    write_details(first, fay)
    third = issued_anew(second)

    assert (second.snapshot["benefit"], second.snapshot["benefit_text"]) == ([4000, "USD"], "Two tickets")
    assert (third.snapshot["benefit"], third.snapshot["benefit_text"]) == ([0, "USD"], "")


def test_what_came_in_return_is_never_more_than_what_is_left(fay: User, aid_fund: Fund) -> None:
    first = receipt_of(fay, aid_fund, amount="100")
    write_details(first, fay, benefit_minor=15000, benefit="A feast")

    second = issued_anew(first)

    assert (second.snapshot["benefit"], second.snapshot["eligible"]) == ([10000, "USD"], [0, "USD"])


@pytest.mark.parametrize("kind", ["money", "goods"])
def test_erasing_takes_out_the_donor_and_nothing_else(fay: User, aid_fund: Fund, kind: str) -> None:
    receipt = receipt_of(fay, aid_fund, goods="Zelda's old laptop" if kind == "goods" else "", benefit="5")
    write_details(receipt, fay, name="Zelda", address="Zelda Street", benefit_minor=500, benefit="Dinner for two")
    receipts.render(receipt.pk, at=AT)
    Duplicate.objects.create(receipt=receipt, pdf=b"Zelda", sha256=bytes(32), made_at=AT)

    erasing.erase(donor=Donor.objects.get(), at=AT)

    after = Receipt.objects.get()
    assert set(receipt.snapshot) - set(after.snapshot) == PERSONAL
    assert all(after.snapshot[key] == receipt.snapshot[key] for key in after.snapshot)
    assert not ReceiptDocument.objects.exclude(pdf=None).exists()
    assert not Duplicate.objects.exclude(pdf=None).exists()
    assert set(ReceiptDetails.objects.values_list("name", "address", "reason")) == {("", "", "")}
    assert OfflineGift.objects.get().goods == ""
    assert receipt.number in words(printed.render(after.snapshot))
    assert list(proofs.broken()) == []


@pytest.mark.parametrize("key", ["number", "amount", "given_on", "benefit", "statement", "entity"])
def test_database_lets_nothing_else_be_taken_out(fay: User, aid_fund: Fund, key: str) -> None:
    receipt_of(fay, aid_fund)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE donations_receipt SET snapshot = snapshot - '{key}', erased_at = now()")


@pytest.mark.parametrize("snapshot", [FIRST_VERSION, SECOND_VERSION], ids=["1", "2"])
def test_receipts_of_earlier_versions_can_be_printed(snapshot: dict[str, Any]) -> None:
    text = words(printed.render(snapshot))

    for said in (
        "RW-2024-000007",
        "$20.00",
        "$25.00",
        "March 1, 2024",
        "March 2, 2024",
        "Ann Example",
        "RW-2024-000006",
    ):
        assert said in text
    assert snapshot["statement"][0] in text
    assert ("Grandma Zelda" in text) == ("2 Quay" in text) == (snapshot["version"] == 2)
