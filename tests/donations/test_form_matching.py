"""An employer who matches gifts gets a letter with everything their form asks for; only the donor may print it."""

import pytest
from django.test import Client

from donations.models import Payment, Receipt, Subscription
from organisation.models import LegalEntity
from tests.donations.giving_stage import Stripe, begin, give
from tests.donations.own_page_stage import open_page, post, words
from tests.sandbox_process import GOOD_CARD

pytestmark = pytest.mark.django_db


def gift(client: Client, stripe: Stripe, **wish: str) -> str:
    """Give, and return the receipt's number."""
    answer = begin(client, interval="once", **wish)
    stripe.sandbox.pay(answer["Location"], GOOD_CARD, email=wish.get("email", "ann@example.org"))
    stripe.deliver_new(client)
    return Receipt.objects.latest("pk").number


def test_letter_says_all_that_an_employer_asks(visitor: Client, stripe: Stripe, legal_entity: LegalEntity) -> None:
    number = gift(visitor, stripe, employer="Acme Rafts")
    open_page(visitor)

    page = visitor.get("/giving/")
    letter = words(visitor.get(f"/giving/receipts/{number}/matching/"))

    assert f"/giving/receipts/{number}/matching/" in page.content.decode()
    for fact in (
        "To Acme Rafts",
        "Ann Example",
        "$25.00",
        number,
        legal_entity.name,
        legal_entity.tax_number,
        "1 Harbour Street",
        "No goods or services were provided",
        Receipt.objects.get().code,
    ):
        assert fact in letter, fact


def test_letter_does_without_an_employers_name(visitor: Client, stripe: Stripe) -> None:
    number = gift(visitor, stripe)
    open_page(visitor)

    assert "asks you, as the employer, to match" in words(visitor.get(f"/giving/receipts/{number}/matching/"))


def test_letter_does_not_promise_an_employer_what_was_stopped(visitor: Client, stripe: Stripe) -> None:
    give(visitor, stripe)
    stripe.deliver_new(visitor)
    open_page(visitor)
    address = f"/giving/receipts/{Receipt.objects.get().number}/matching/"
    while_it_runs = words(visitor.get(address))

    post(visitor, f"/giving/gifts/{Subscription.objects.get().reference}/stop/")

    assert "Comes again every month" in while_it_runs
    assert "Comes again" not in words(visitor.get(address))


def test_nobody_else_reads_the_letter(visitor: Client, stripe: Stripe) -> None:
    number = gift(visitor, stripe)
    other = Client()
    gift(other, stripe, email="otto@example.org")
    open_page(other, "otto@example.org")

    assert Client().get(f"/giving/receipts/{number}/matching/").status_code == 403
    assert other.get(f"/giving/receipts/{number}/matching/").status_code == 404


def test_gift_that_went_back_is_not_matched(visitor: Client, stripe: Stripe) -> None:
    number = gift(visitor, stripe)
    stripe.api.v1.refunds.create({"payment_intent": str(Payment.objects.get().intent_id)})
    stripe.deliver_new(visitor)
    open_page(visitor)

    assert visitor.get(f"/giving/receipts/{number}/matching/").status_code == 404
    assert "/matching/" not in visitor.get("/giving/").content.decode()


def test_further_gift_from_the_own_page_is_filled_in(visitor: Client, stripe: Stripe) -> None:
    gift(visitor, stripe)
    open_page(visitor)

    form = visitor.get("/donate/", {"amount": "25", "interval": "once"}).content.decode()

    assert 'value="ann@example.org"' in form
    assert 'value="Ann Example"' in form
    assert 'value="ann@example.org"' not in Client().get("/donate/?amount=25&interval=once").content.decode()
