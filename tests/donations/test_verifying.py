"""Anyone who holds a receipt learns whether it is ours, valid and unchanged, and nothing about who gave."""

import hashlib
import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations import erasing, offline, receipting
from donations import tasks as donations_tasks
from donations.models import (
    Duplicate,
    Method,
    Paper,
    Receipt,
    ReceiptDocument,
    ReceiptSeries,
    Refund,
    Statement,
    StatementDocument,
    StatementRun,
)
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.conftest import NOON

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture(autouse=True)
def _nobody_tried_before(db: None) -> None:
    caches["shared"].clear()


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def receipt(aid_fund: Fund, adam: User) -> Receipt:
    return issued(aid_fund, adam, "Ann Example")


def issued(fund: Fund, by: User, name: str) -> Receipt:
    entered = offline.Entered(Method.CHEQUE, Money(100, "USD"), date(2026, 3, 2), fund, name=name)
    made = offline.issue_receipt(payment=offline.record(entered=entered, by=by, at=NOON), by=by, at=NOON)
    donations_tasks.render_due()
    assert made
    return made


def page(visitor: Client, paper: Any) -> str:
    return words(visitor.get(f"/receipts/verify/{paper.code}/"))


def words(answer: Any) -> str:
    text = " ".join(answer.content.decode().split())
    return text[text.index("<main") : text.index("</main>")]


def compare(visitor: Client, paper: Any, *, pdf: bytes = b"", digest: str = "", token: str = "") -> Any:
    address = f"/receipts/verify/{paper.code}/"
    if not token:
        found = re.search(r'name="form_token" value="([^"]+)"', visitor.get(address).content.decode())
        assert found
        token = found[1]
    fields: dict[str, Any] = {"form_token": token, "digest": digest}
    if pdf:
        fields["file"] = SimpleUploadedFile("r.pdf", pdf, "application/pdf")
    return visitor.post(address, fields)


def pdf_of(receipt: Receipt) -> bytes:
    return ReceiptDocument.objects.get(receipt=receipt).content


def corrected(receipt: Receipt, by: User) -> Receipt:
    fresh = receipting.correct(
        receipt=receipt, to=receipting.Correction("Anna Example", ""), note="typo", by=by, at=NOON
    )
    donations_tasks.render_due()
    return fresh


def test_page_says_number_date_amount_and_state_and_nothing_of_the_donor(visitor: Client, receipt: Receipt) -> None:
    answer = visitor.get(f"/receipts/verify/{receipt.code.lower()}/")

    said = words(answer)
    assert receipt.number in said
    assert "$100.00" in said
    assert "it is valid" in said
    assert "It is a test" in said
    assert "Ann" not in answer.content.decode()
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert "<script" not in said


def test_replaced_receipt_names_its_successor(visitor: Client, receipt: Receipt, adam: User) -> None:
    fresh = corrected(receipt, adam)

    said = page(visitor, receipt)

    assert "replaced by another" in said
    assert fresh.number in said
    assert fresh.code not in said


@pytest.mark.parametrize(("because", "says_gift_went_back"), [("mistake", False), ("asked", False)])
def test_void_receipt_is_void_and_the_reason_stays_with_us(
    visitor: Client, receipt: Receipt, adam: User, because: str, says_gift_went_back: bool
) -> None:
    receipting.void(receipt=receipt, because=Receipt.Ended(because), note="x", tell=False, by=adam, at=NOON)

    said = page(visitor, receipt)

    assert "it is void" in said
    assert ("the gift went back" in said) == says_gift_went_back


def test_receipt_of_a_gift_that_went_back_says_so(visitor: Client, receipt: Receipt, adam: User) -> None:
    offline.take_back(payment=receipt.payment, amount=Money(100, "USD"), reason=Refund.Reason.ASKED, by=adam, at=NOON)

    assert "it is void: the gift went back" in page(visitor, receipt)


def test_issued_pdf_is_known_by_its_bytes_and_by_its_hash(visitor: Client, receipt: Receipt) -> None:
    pdf = pdf_of(receipt)
    spaced = " ".join(re.findall("..", hashlib.sha256(pdf).hexdigest().upper()))

    for asked in ({"pdf": pdf}, {"digest": spaced}):
        answer = compare(visitor, receipt, **asked)
        assert "It is the PDF that we issued" in words(answer)
        assert not answer.cookies


@pytest.mark.parametrize("change", [lambda pdf: pdf[:-1], lambda pdf: pdf + b"\n", lambda pdf: b"%PDF-1.7 forged"])
def test_one_changed_byte_is_noticed(visitor: Client, receipt: Receipt, change: Any) -> None:
    assert "It is not the PDF that we issued" in words(compare(visitor, receipt, pdf=change(pdf_of(receipt))))


def test_duplicate_earlier_and_later_ones_are_told_apart(visitor: Client, receipt: Receipt, adam: User) -> None:
    receipting.print_again(receipt=receipt, by=adam, at=NOON)
    fresh = corrected(receipt, adam)
    duplicate = Duplicate.objects.get().content

    assert "It is the duplicate that we made" in words(compare(visitor, receipt, pdf=duplicate))
    assert "It is an earlier one" in words(compare(visitor, fresh, pdf=pdf_of(receipt)))
    assert "It is an earlier one" in words(compare(visitor, fresh, pdf=duplicate))
    assert "It is a later one" in words(compare(visitor, receipt, pdf=pdf_of(fresh)))


def test_pdf_of_another_gift_is_not_taken_for_this_one(
    visitor: Client, receipt: Receipt, aid_fund: Fund, adam: User
) -> None:
    other = issued(aid_fund, adam, "Ben")

    said = words(compare(visitor, receipt, pdf=pdf_of(other)))

    assert "It belongs to another paper" in said
    assert other.number not in said


def test_pdf_is_known_after_its_donor_was_erased(visitor: Client, receipt: Receipt) -> None:
    pdf = pdf_of(receipt)
    erasing.erase(donor=receipt.payment.donor, at=NOON)

    assert "It is the PDF that we issued" in words(compare(visitor, receipt, pdf=pdf))
    assert "$100.00" in page(visitor, receipt)


def test_nothing_of_an_upload_is_kept(visitor: Client, receipt: Receipt, settings: Any, tmp_path: Any) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = settings.MEDIA_ROOT = str(tmp_path)

    compare(visitor, receipt, pdf=b"x" * 990_000)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
def test_too_big_a_file_is_refused_unread(visitor: Client, receipt: Receipt, size: int) -> None:
    answer = compare(visitor, receipt, pdf=b"x" * size)

    assert answer.status_code == 413
    assert "too big" in words(answer)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Choose the PDF, or paste its SHA-256."),
        ({"digest": "abc"}, "A SHA-256 has 64 characters"),
        ({"digest": "z" * 64}, "A SHA-256 has 64 characters"),
        ({"pdf": b"x", "token": "forged"}, "This page was open for too long."),
    ],
)
def test_what_cannot_be_compared_gets_a_sentence(
    visitor: Client, receipt: Receipt, asked: dict[str, Any], sentence: str
) -> None:
    assert sentence in words(compare(visitor, receipt, **asked))


def test_form_of_another_site_is_refused(visitor: Client, receipt: Receipt) -> None:
    token = re.search(
        r'name="form_token" value="([^"]+)"', visitor.get(f"/receipts/verify/{receipt.code}/").content.decode()
    )
    assert token

    answer = visitor.post(
        f"/receipts/verify/{receipt.code}/",
        {"form_token": token[1], "digest": "a" * 64},
        headers={"Origin": "https://evil.example"},
    )

    assert answer.status_code == 403
    assert "It is not the PDF" not in words(answer)


@pytest.mark.parametrize("code", ["ABCDEFGHJKMN", "x", "a-b", "0" * 60])
def test_unknown_code_is_answered_calmly_with_what_to_check(visitor: Client, receipt: Receipt, code: str) -> None:
    answer = visitor.get(f"/receipts/verify/{code}/")

    assert answer.status_code == 404
    assert "letter by letter" in words(answer)
    assert 'name="code"' in words(answer)


def test_code_is_asked_for_and_found_as_it_was_typed(visitor: Client, receipt: Receipt) -> None:
    typed = f" {receipt.code[:4]} {receipt.code[4:8]}-{receipt.code[8:]} ".lower()

    answer = visitor.get(reverse("donations:verify"), {"code": typed}, follow=True)

    assert receipt.number in words(answer)
    assert 'name="code"' in words(visitor.get(reverse("donations:verify")))
    assert "This is no code of ours" in words(visitor.get(reverse("donations:verify"), {"code": "№ 5 ¿?"}))


def test_who_tries_too_often_waits_and_others_do_not(visitor: Client, receipt: Receipt) -> None:
    for _time in range(120):
        visitor.get("/receipts/verify/ABCDEFGHJKMN/")

    answer = visitor.get(f"/receipts/verify/{receipt.code}/")

    assert answer.status_code == 429
    assert answer["Retry-After"]
    assert visitor.get(f"/receipts/verify/{receipt.code}/", REMOTE_ADDR="198.51.100.7").status_code == 200


def test_proofs_count_among_the_looks(visitor: Client, receipt: Receipt) -> None:
    for _time in range(120):
        visitor.get("/receipts/verify/ABCDEFGHJKMN/proof.json")

    answer = visitor.get(f"/receipts/verify/{receipt.code}/proof.json")

    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert visitor.get(f"/receipts/verify/{receipt.code}/").status_code == 429


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "9" * 5000, "²"])
def test_length_that_is_no_number_is_refused_calmly(visitor: Client, receipt: Receipt, length: str) -> None:
    address = f"/receipts/verify/{receipt.code}/"

    answer = visitor.generic("POST", address, b"x", content_type="text/plain", CONTENT_LENGTH=length)

    assert answer.status_code == 413


def test_statement_is_checked_like_a_receipt(
    visitor: Client, receipt: Receipt, legal_entity: LegalEntity, adam: User
) -> None:
    run = StatementRun.objects.create(
        legal_entity=legal_entity, year=2026, is_test=True, started_by=adam, started_at=NOON
    )
    series = ReceiptSeries.objects.create(
        legal_entity=legal_entity, year=2026, is_test=True, paper=Paper.STATEMENT, prefix="TEST-RW-S-2026-"
    )
    statement = Statement.objects.create(
        series=series,
        sequence=1,
        number="TEST-RW-S-2026-000001",
        donor=receipt.payment.donor,
        run=run,
        issued_on=NOON.date(),
        issued_at=NOON,
        snapshot={"totals": [[10000, "USD"], [500, "EUR"]], "donor": {"name": "Ann Example"}},
        snapshot_sha256=b"x" * 32,
        content_sha256=b"x" * 32,
    )
    before = words(compare(visitor, statement, pdf=b"paper"))
    StatementDocument.objects.create(
        statement=statement, pdf=b"paper", sha256=hashlib.sha256(b"paper").digest(), made_at=NOON
    )

    said = page(visitor, statement)

    assert "We cannot tell yet" in before
    assert "annual statement, and it is valid" in said
    assert "$100.00, €5.00" in said
    assert statement.number in said
    assert "Ann" not in said
    assert "It is the PDF that we issued" in words(compare(visitor, statement, pdf=b"paper"))
    assert "It is not the PDF" in words(compare(visitor, statement, pdf=pdf_of(receipt)))


def test_whole_address_from_the_paper_will_do(visitor: Client, receipt: Receipt) -> None:
    address = f"https://raft.example{reverse('donations:verify_receipt', args=[receipt.code])}"

    answer = visitor.get(reverse("donations:verify"), {"code": address})

    assert answer.headers["Location"] == reverse("donations:verify_receipt", args=[receipt.code])
