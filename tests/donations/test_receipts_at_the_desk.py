"""Administrators find, correct, void, print and send receipts; who did what and why is kept."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money
from pypdf import PdfReader

from config.proofs import PROOFS
from donations import erasing, offline, receipting
from donations import tasks as donations_tasks
from donations.desk import receipt_history
from donations.models import Duplicate, Method, Payment, Receipt, ReceiptDetails, ReceiptDocument, Refund
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import AuditEvent, LegalEntity, User
from tests.conftest import NOON
from tests.donations import desk_stage

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture
def desk(adam: User) -> Client:
    browser = Client()
    browser.force_login(adam)
    return browser


@pytest.fixture
def cheque(aid_fund: Fund, adam: User) -> Receipt:
    """The receipt of a cheque over $100, with its PDF."""
    return issued(aid_fund, adam)


def issued(fund: Fund, by: User, *, email: str = "ann@mail.example", **more: Any) -> Receipt:
    entered = offline.Entered(
        Method.CHEQUE, Money(100, "USD"), date(2026, 3, 2), fund, name="An Exmaple", email=email, **more
    )
    payment = offline.record(entered=entered, by=by, at=NOON)
    receipt = offline.issue_receipt(payment=payment, by=by, at=NOON)
    donations_tasks.render_due()
    assert receipt
    return receipt


def broken() -> list[str]:
    return [sentence for proof in PROOFS for sentence in proof.broken()]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def at(name: str, receipt: Receipt) -> str:
    return reverse(f"donations_receipt{name}", args=[receipt.number])


CORRECTED = {"name": "Ann Example", "address": "2 Quay\r\nPortland", "note": "she wrote to us"}


def test_corrected_receipt_cancels_and_replaces_the_old_one_and_goes_out(desk: Client, cheque: Receipt) -> None:
    answer = desk.post(at("_correct", cheque), CORRECTED)
    donations_tasks.render_due()

    cheque.refresh_from_db()
    fresh = Receipt.objects.get(state=Receipt.State.ISSUED)
    assert answer["Location"] == at("", fresh)
    assert (cheque.state, cheque.ended_because) == (Receipt.State.REPLACED, Receipt.Ended.CORRECTED)
    assert fresh.replaces == cheque
    assert fresh.snapshot["donor"] == "Ann Example"
    assert fresh.snapshot["address"] == "2 Quay\nPortland"
    printed = text_of(ReceiptDocument.objects.get(receipt=fresh).content)
    assert cheque.number in printed
    assert "Ann Example" in printed
    assert OutgoingEmail.objects.filter(key=f"receipt:{fresh.number}", state="queued").exists()
    assert broken() == []


def test_history_says_who_did_what_and_why(desk: Client, cheque: Receipt) -> None:
    desk.post(at("_correct", cheque), CORRECTED)

    seen = words(desk.get(at("", cheque)))

    assert "Corrected" in seen
    assert "Adam" in seen
    assert "she wrote to us" in seen
    event = AuditEvent.objects.get(action="donations.receipt_corrected")
    assert "wrote" not in event.reason
    assert audit.notes_on([event]) == {event.position: "she wrote to us"}


def test_preview_shows_the_correction_and_keeps_nothing(desk: Client, cheque: Receipt) -> None:
    before = audit_trail_and_rows()

    answer = desk.post(at("_correct", cheque), CORRECTED | {"look": ""})

    printed = text_of(answer.content)
    assert "PREVIEW" in printed
    assert "Ann Example" in printed
    assert audit_trail_and_rows() == before


def audit_trail_and_rows() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (AuditEvent, Receipt, ReceiptDetails, ReceiptDocument, Duplicate))


def test_correction_that_corrects_nothing_is_refused(desk: Client, cheque: Receipt) -> None:
    same = {"name": cheque.snapshot["donor"], "address": cheque.snapshot["address"], "note": "x"}

    answer = desk.post(at("_correct", cheque), same)

    assert "The receipt says so already." in words(answer)
    assert Receipt.objects.count() == 1


def test_void_needs_a_reason_which_is_kept_and_the_donor_hears_of_it(desk: Client, cheque: Receipt) -> None:
    desk.post(at("_void", cheque), {"because": "mistake", "note": "", "tell": "on"})
    assert Receipt.objects.get().is_valid

    desk.post(at("_void", cheque), {"because": "mistake", "note": "it was another Ann", "tell": "on"})

    cheque.refresh_from_db()
    assert (cheque.state, cheque.ended_because) == (Receipt.State.VOID, Receipt.Ended.MISTAKE)
    event = AuditEvent.objects.get(action="donations.receipt_voided")
    assert audit.notes_on([event]) == {event.position: "it was another Ann"}
    assert OutgoingEmail.objects.filter(key=f"receipt-voided:{cheque.number}").exists()
    assert "it was another Ann" in words(desk.get(at("", cheque)))
    assert broken() == []


def test_voided_receipt_stays_void_when_a_part_goes_back_and_may_be_issued_anew(
    desk: Client, cheque: Receipt, adam: User
) -> None:
    receipting.void(receipt=cheque, because=Receipt.Ended.DONOR_ASKED, note="x", tell=False, by=adam, at=NOON)
    offline.take_back(payment=cheque.payment, amount=Money(30, "USD"), reason=Refund.Reason.ASKED, by=adam, at=NOON)
    assert not Receipt.objects.filter(state=Receipt.State.ISSUED).exists()

    desk.post(reverse("donations_offline_receipt", args=[cheque.payment.reference]))

    fresh = Receipt.objects.get(state=Receipt.State.ISSUED)
    assert (fresh.amount, fresh.replaces) == (Money(70, "USD"), cheque)
    assert broken() == []


def test_stripe_gift_keeps_its_receipt_and_the_desk_says_what_to_do(desk: Client, aid_fund: Fund, adam: User) -> None:
    payment = desk_stage.give(1, fund=aid_fund, amount=Money(25, "USD"))
    receipt = Receipt.objects.get(payment=payment)

    answer = desk.post(at("_void", receipt), {"because": "mistake", "note": "x"})

    assert answer.status_code == 409
    assert at("_correct", receipt) in words(answer)
    assert reverse("donations_gift", args=[payment.reference]) in words(answer)
    with pytest.raises(receipting.StripeGiftKeepsItsReceipt):
        receipting.void(receipt=receipt, because=Receipt.Ended.MISTAKE, note="x", tell=True, by=adam, at=NOON)
    receipt.refresh_from_db()
    assert receipt.is_valid


def test_second_print_says_so_is_kept_with_its_hash_and_the_same_each_time(desk: Client, cheque: Receipt) -> None:
    prints = [desk.post(at("_again", cheque)).content for _time in range(2)]

    kept = Duplicate.objects.get()
    assert prints[0] == prints[1] == kept.content
    assert "DUPLICATE" in text_of(prints[0]).upper()
    assert "DUPLICATE" not in text_of(ReceiptDocument.objects.get().content).upper()
    assert AuditEvent.objects.filter(action="donations.receipt_printed_again").count() == 2
    assert broken() == []


def test_sending_again_encloses_the_duplicate_once_a_day(desk: Client, cheque: Receipt) -> None:
    for _click in range(2):
        desk.post(at("_send", cheque))

    letter = OutgoingEmail.objects.get(key__startswith=f"receipt-again:{cheque.number}:")
    enclosed = letter.attachments.get()
    assert enclosed.content == Duplicate.objects.get().content
    assert AuditEvent.objects.filter(action="donations.receipt_sent_again").count() == 1


def test_nothing_is_sent_or_printed_for_an_erased_donor(desk: Client, cheque: Receipt) -> None:
    desk.post(at("_correct", cheque), CORRECTED)
    donations_tasks.render_due()
    fresh = Receipt.objects.get(state=Receipt.State.ISSUED)
    desk.post(at("_again", fresh))
    event = AuditEvent.objects.get(action="donations.receipt_corrected")

    day = fresh.issued_on

    erasing.erase(donor=fresh.payment.donor, at=NOON)

    fresh.refresh_from_db()
    assert (fresh.snapshot["number"], fresh.amount, fresh.issued_on) == (fresh.number, Money(100, "USD"), day)
    assert not Duplicate.objects.get().content
    assert not ReceiptDetails.objects.exclude(name="", address="", reason="").exists()
    assert audit.notes_on([event]) == {}
    for deed in ("_send", "_again", "_correct"):
        desk.post(at(deed, fresh), CORRECTED)
    assert not OutgoingEmail.objects.filter(key__startswith="receipt").exists()
    desk.post(reverse("donations_offline_receipt", args=[fresh.payment.reference]))
    assert Receipt.objects.count() == 2
    assert "Ann Example" not in words(desk.get(at("", fresh)))
    assert broken() == []


def test_year_is_one_zip_with_a_table_that_names_erased_ones_without_a_file(
    desk: Client, cheque: Receipt, aid_fund: Fund, adam: User
) -> None:
    other = issued(aid_fund, adam, email="ben@mail.example")
    desk.post(at("_correct", cheque), CORRECTED)
    donations_tasks.render_due()
    erasing.erase(donor=other.payment.donor, at=NOON)

    answer = desk.post(reverse("donations_receipts_year"), {"series": cheque.series_id})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]  # it streams

    assert archive.testzip() is None
    folder = cheque.series.prefix.rstrip("-")
    table = list(csv.DictReader(io.StringIO(archive.read(f"{folder}/index.csv").decode())))
    assert [row["state"] for row in table] == ["replaced", "issued", "issued"]
    assert [bool(row["pdf"]) for row in table] == [True, False, True]
    assert table[0]["replaced_by"] == table[2]["number"]
    kept = ReceiptDocument.objects.get(receipt=cheque)
    assert archive.read(f"{folder}/{cheque.number}.pdf") == kept.content
    assert len(archive.namelist()) == 3
    event = AuditEvent.objects.get(action="donations.receipts_taken")
    assert event.reason == "zip:3"


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        ({"q": "000001"}, True),
        ({"q": "999999"}, False),
        ({"donor": "exmaple"}, True),
        ({"donor": "nobody"}, False),
        ({"year": "2026", "state": "issued", "mode": "test"}, True),
        ({"mode": "live"}, False),
        ({"state": "void"}, False),
    ],
)
def test_receipts_are_found(desk: Client, cheque: Receipt, asked: dict[str, str], is_found: bool) -> None:
    assert (at("", cheque) in words(desk.get(reverse("donations_receipts"), asked))) == is_found


def test_filter_that_makes_no_sense_shows_no_receipt(desk: Client, cheque: Receipt) -> None:
    page = words(desk.get(reverse("donations_receipts"), {"year": "1066"}))

    assert "No list, because what is asked for makes no sense." in page
    assert at("", cheque) not in page


def test_state_that_somebody_brought_about_names_them(cheque: Receipt, adam: User) -> None:
    receipting.void(receipt=cheque, because=Receipt.Ended.MISTAKE, note="", tell=False, by=adam, at=NOON)
    cheque.refresh_from_db()

    moments = receipt_history.of([cheque], with_words=False, at=NOON)

    assert {m.who for m in moments if m.what in {"Issued", "Declared void", cheque.get_state_display()}} == {str(adam)}


def test_offline_gift_without_receipt_is_listed_previewed_and_issued_by_one_click(
    desk: Client, aid_fund: Fund, adam: User
) -> None:
    entered = offline.Entered(Method.CASH, Money(5, "USD"), date(2026, 3, 2), aid_fund, name="Ben")
    payment = offline.record(entered=entered, by=adam, at=NOON)
    issue = reverse("donations_offline_receipt", args=[payment.reference])

    assert issue in words(desk.get(reverse("donations_receipts_missing")))
    looked = desk.get(reverse("donations_receipt_preview", args=[payment.reference]))
    assert "PREVIEW" in text_of(looked.content)
    assert not Receipt.objects.exists()
    desk.post(issue)

    assert Receipt.objects.get().payment == payment
    assert "Every offline gift has its receipt." in words(desk.get(reverse("donations_receipts_missing")))


def test_fundraiser_looks_but_changes_nothing(cheque: Receipt, fay: User, person: Callable[..., User]) -> None:
    browser = Client()
    browser.force_login(fay)

    seen = words(browser.get(at("", cheque)))

    assert "Correct and re-issue" not in seen
    for deed in ("_correct", "_void", "_again", "_send"):
        assert browser.post(at(deed, cheque), CORRECTED).status_code == 403
    assert browser.post(reverse("donations_receipts_year"), {"series": cheque.series_id}).status_code == 403
    assert Receipt.objects.get().is_valid


def test_entity_prints_the_snapshot_not_what_is_true_now(desk: Client, cheque: Receipt) -> None:
    LegalEntity.objects.update(name="Renamed Ltd.")

    duplicate = desk.post(at("_again", cheque)).content

    assert "Raft Workers Inc." in text_of(duplicate)
    assert Payment.objects.count() == 1
