"""Papers: the receipt as PDF, its check by anyone, the desk that lists them."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from moneyed import Money
from pypdf import PdfReader

from core import clock
from donations import totals
from donations.models import Donor, Payment, Receipt
from donations.paper import engine
from donations.paper import receipt as printed
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.donations.giving_stage import Stripe, begin, give


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $25 once."""
    give(visitor, stripe, interval="once")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


def test_pdf_is_one_tagged_page_with_language_and_title(payment: Payment) -> None:
    receipt = Receipt.objects.get()

    reader = PdfReader(io.BytesIO(receipt.document.content))

    assert len(reader.pages) == 1
    assert reader.metadata
    assert receipt.number in str(reader.metadata.title)
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()


def test_pdf_comes_from_the_snapshot_alone(payment: Payment) -> None:
    LegalEntity.objects.update(name="Renamed Ltd.")
    Donor.objects.update(name="Renamed")

    again = printed.render(Receipt.objects.get().snapshot)

    words = PdfReader(io.BytesIO(again)).pages[0].extract_text()
    assert "Raft Workers Inc." in words
    assert "Ann Example" in words
    assert "Renamed" not in words


@pytest.mark.parametrize(
    "name", ['<img src="file:///etc/passwd">', "<script>alert(1)</script>", "A&B <b>", "Ñandú 東京 🛟", "x" * 120]
)
def test_odd_names_are_printed_as_they_are(payment: Payment, name: str) -> None:
    snapshot = Receipt.objects.get().snapshot | {"donor": name}

    reader = PdfReader(io.BytesIO(printed.render(snapshot)))

    assert len(reader.pages) == 1
    assert name[:3] in reader.pages[0].extract_text().replace("\0", "")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1/x.png", "data:text/css,", "mark.svg"])
def test_nothing_but_our_own_files_is_fetched(address: str) -> None:
    with pytest.raises((engine.Refused, ValueError)):
        engine.OwnFiles().fetch(address)


def test_anyone_may_check_a_receipt_and_learns_nothing_of_the_donor(visitor: Client, payment: Payment) -> None:
    receipt = Receipt.objects.get()

    answer = visitor.get(f"/receipts/verify/{receipt.code.lower()}/")
    words = answer.content.decode()

    assert answer.status_code == 200
    assert receipt.number in words
    assert "$25.00" in words
    assert "it is valid" in words
    assert "Ann" not in words
    assert "ann@example.org" not in words
    assert not answer.cookies


def test_progress_counts_money_and_people(visitor: Client, stripe: Stripe, aid_fund: Fund) -> None:
    give(visitor, stripe, interval="once", campaign="spring")
    give(visitor, stripe, interval="once", email="bob@example.org")
    give(visitor, stripe, interval="once", amount="10")
    stripe.deliver_new(visitor)

    month = totals.month(aid_fund, clock.now())

    assert (month.amount, month.people) == (Money(60, "USD"), 2)
    assert totals.campaign("spring", fund=aid_fund).amount.amount == 25


def test_refused_card_books_nothing(visitor: Client, stripe: Stripe) -> None:
    answer = begin(visitor)
    stripe.sandbox.pay(answer["Location"], "4000000000000002")
    stripe.deliver_new(visitor)

    assert not Payment.objects.exists()
    assert not Receipt.objects.exists()


def test_desk_lists_gifts_for_the_fundraiser_only(
    client: Client, payment: Payment, fay: User, adam: User, person: Callable[..., User]
) -> None:
    receipt = Receipt.objects.get()
    pages = {
        "/staff/gifts/": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
        f"/staff/gifts/gift/{payment.reference}/": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
        "/staff/gifts/recurring/": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
        "/staff/gifts/receipts/": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
        f"/staff/gifts/receipts/{receipt.number}.pdf": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
        "/staff/gifts/stripe/": {"fay": 200, "adam": 200, "carl": 302, "edith": 302},
    }
    people = {"fay": fay, "adam": adam, "carl": person("carl", "caseworker"), "edith": person("edith", "editor")}
    for name, user in people.items():
        client.force_login(user)
        for address, statuses in pages.items():
            got = client.get(address).status_code
            assert (got == 200) == (statuses[name] == 200), (name, address, got)

    client.force_login(adam)
    assert "Send it back" not in client.get(f"/staff/gifts/gift/{payment.reference}/").content.decode()
    answer = client.post(f"/staff/gifts/gift/{payment.reference}/", {"amount": "1", "reason": "asked"})
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["ann", "ann@example.org", "TEST-RW-2026-000001", "nobody"])
def test_desk_finds_gifts(client: Client, payment: Payment, fay: User, query: str) -> None:
    client.force_login(fay)
    query = Receipt.objects.get().number if query.startswith("TEST") else query

    words = client.get("/staff/gifts/", {"q": query}).content.decode()

    assert (payment.reference in words) == (query != "nobody")
