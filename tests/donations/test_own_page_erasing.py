"""Being erased: who they were goes, numbers, amounts and dates stay, nobody is charged any more, the books still agree."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from moneyed import Money

from donations import changing, checkout_letters, erasing, offline, proofs, visits
from donations.models import (
    Checkout,
    Donor,
    GivingLink,
    Method,
    OfflineGift,
    Payment,
    Receipt,
    ReceiptDocument,
    Subscription,
    SubscriptionChange,
    WallEntry,
)
from ledger.models import Fund
from mail import outbox
from mail.models import OutgoingEmail
from organisation.models import AuditEvent, User
from tests.donations.giving_stage import Stripe, begin, give
from tests.donations.own_page_stage import form_token, open_page, post, words


@pytest.fixture
def ann(visitor: Client, stripe: Stripe) -> Donor:
    """Ann gives every month and once more with words of her own, and her page is open."""
    give(visitor, stripe)
    checkout = give(visitor, stripe, interval="once", amount="50")
    Checkout.objects.filter(pk=checkout.pk).update(honouree="Grandma Zelda", employer="Zelda Works")
    WallEntry.objects.create(checkout=checkout, name="Ann Zelda", message="For all of us")
    stripe.deliver_new(visitor)
    Donor.objects.update(address="1 Zelda Street")
    open_page(visitor)
    return Donor.objects.get()


def everything_in_the_database() -> str:
    """Return all rows of donations and letters, as text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND (table_name LIKE 'donations_%' OR table_name LIKE 'mail_%')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


def test_everything_goes_that_says_who_they_were(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    before = everything_in_the_database()
    numbers = sorted(Receipt.objects.values_list("number", "amount_minor", "issued_on"))

    answer = post(visitor, "/giving/erase/", is_sure="on")
    stripe.deliver_new(visitor)

    after = everything_in_the_database()
    for word in ("ann@example.org", "Ann Example", "Zelda"):
        assert word in before
        assert word not in after, word
    assert "You are erased" in words(answer)
    assert sorted(Receipt.objects.values_list("number", "amount_minor", "issued_on")) == numbers
    assert not ReceiptDocument.objects.exclude(pdf=None).exists()
    assert not WallEntry.objects.exists()
    assert not GivingLink.objects.exists()
    assert not OutgoingEmail.objects.exists()


def test_running_gifts_are_stopped_first(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    post(visitor, "/giving/erase/", is_sure="on")
    stripe.deliver_new(visitor)
    stripe.sandbox.clock(months=2)
    stripe.deliver_new(visitor)

    assert Subscription.objects.get().state == "canceled"
    assert Payment.objects.count() == 2


def test_stripe_forgets_them_too(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    customer = Subscription.objects.get().stripe_customer_id

    post(visitor, "/giving/erase/", is_sure="on")

    assert stripe.api.v1.customers.retrieve(customer).deleted


def test_books_and_receipts_agree_afterwards(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    number = Receipt.objects.latest("pk")

    post(visitor, "/giving/erase/", is_sure="on")
    stripe.deliver_new(visitor)

    assert list(proofs.broken()) == []
    assert "it is valid" in words(visitor.get(f"/receipts/verify/{number.code}/"))
    event = AuditEvent.objects.get(action="donations.donor_erased")
    assert (event.object_id, event.note_digest) == (str(ann.pk), None)


def test_refund_after_erasing_still_books_and_writes_to_nobody(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    post(visitor, "/giving/erase/", is_sure="on")
    payment = Payment.objects.latest("pk")

    stripe.api.v1.refunds.create({"payment_intent": str(payment.intent_id), "amount": 1000})
    stripe.deliver_new(visitor)

    replaced = Receipt.objects.latest("pk")
    assert replaced.replaces
    assert replaced.snapshot["donor"] == ""
    assert list(proofs.broken()) == []
    assert not OutgoingEmail.objects.filter(key__startswith="receipt").exists()


def test_while_stripe_is_away_nothing_is_erased_and_that_is_said(
    visitor: Client, stripe: Stripe, ann: Donor, settings: Any
) -> None:
    there, settings.STRIPE_API_URL = settings.STRIPE_API_URL, "http://127.0.0.1:9"
    answer = post(visitor, "/giving/erase/", is_sure="on")
    still = Donor.objects.get().email
    settings.STRIPE_API_URL = there

    again = post(visitor, "/giving/erase/", is_sure="on")

    assert "Nothing is erased yet" in words(answer)
    assert still == "ann@example.org"
    assert "You are erased" in words(again)


def test_page_asks_once_and_says_what_stays(visitor: Client, ann: Donor) -> None:
    page = words(visitor.get("/giving/erase/"))
    answer = post(visitor, "/giving/erase/")

    assert "your gift of $25 every month is stopped" in page
    assert "the law on books and taxes asks for them" in page
    assert "Tick the box if you are sure" in words(answer)
    assert Donor.objects.get().email == "ann@example.org"


def test_page_is_closed_and_old_letters_open_nothing(visitor: Client, ann: Donor) -> None:
    other = open_page(Client())

    post(visitor, "/giving/erase/", is_sure="on")

    assert "Send me the link" in words(visitor.get("/giving/"))
    assert "Send me the link" in words(other.get("/giving/"))


def test_gift_that_was_on_its_way_is_nobodys(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    open_checkout = begin(visitor, interval="once", amount="10")
    post(visitor, "/giving/erase/", is_sure="on")

    stripe.sandbox.pay(open_checkout["Location"])
    stripe.deliver_new(visitor)

    late = Payment.objects.latest("pk")
    assert (late.donor.email, late.donor.name, late.donor == ann) == ("", "", False)
    assert list(proofs.broken()) == []


def test_recurring_gift_that_was_on_its_way_is_stopped(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    open_checkout = begin(visitor, interval="month", amount="10")
    post(visitor, "/giving/erase/", is_sure="on")
    stripe.deliver_new(visitor)

    stripe.sandbox.pay(open_checkout["Location"])
    stripe.deliver_new(visitor)
    for change in SubscriptionChange.objects.unheard():
        changing.tell_stripe(change, at=change.asked_at)
    stripe.deliver_new(visitor)

    assert {gift.state for gift in Subscription.objects.all()} == {"canceled"}
    late = Subscription.objects.latest("pk").stripe_customer_id
    assert stripe.api.v1.customers.retrieve(late).deleted


def test_who_was_merged_in_the_same_moment_is_not_erased_while_charged(
    visitor: Client, stripe: Stripe, ann: Donor, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(visitor, stripe, email="zelda@example.org", name="Zelda")
    stripe.deliver_new(visitor)
    tell_stripe = changing.tell_stripe

    def tell_stripe_slowly(change: SubscriptionChange, *, at: datetime) -> bool:
        Donor.objects.filter(email="zelda@example.org").update(merged_into=ann)
        return tell_stripe(change, at=at)

    monkeypatch.setattr(changing, "tell_stripe", tell_stripe_slowly)
    answer = post(visitor, "/giving/erase/", is_sure="on")

    assert "Nothing is erased yet" in words(answer)
    assert "You are erased" in words(post(visitor, "/giving/erase/", is_sure="on"))


def test_payment_that_fails_after_erasing_is_told_to_nobody(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    begin(visitor, interval="once", amount="10")
    post(visitor, "/giving/erase/", is_sure="on")
    checkout = Checkout.objects.latest("pk")

    checkout_letters.gift_failed(checkout=checkout, at=checkout.started_at)

    assert not OutgoingEmail.objects.exists()


def test_letters_about_something_else_stay(visitor: Client, stripe: Stripe, ann: Donor, now: datetime) -> None:
    for key in ("aid-notice:blind:1", "library:1"):
        outbox.queue_ready(key=key, to="ann@example.org", subject="News", text="News", at=now)
    told = visitor.get("/giving/my-data.json").content.decode()

    post(visitor, "/giving/erase/", is_sure="on")

    assert '"News"' not in told
    assert OutgoingEmail.objects.count() == 2


def test_who_comes_again_is_somebody_new(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    post(visitor, "/giving/erase/", is_sure="on")

    give(visitor, stripe, interval="once")
    stripe.deliver_new(visitor)
    open_page(visitor)

    assert Payment.objects.latest("pk").donor != ann
    page = visitor.get("/giving/").content.decode()
    assert page.count(".pdf") == 1


def test_staff_erases_by_the_same_deed_and_twice_changes_nothing(
    visitor: Client, stripe: Stripe, ann: Donor, fay: Any, now: Any
) -> None:
    erasing.erase(donor=ann, at=now, by=fay)
    erasing.erase(donor=Donor.objects.get(pk=ann.pk), at=now, by=fay)

    assert AuditEvent.objects.get(action="donations.donor_erased").actor_id == fay.pk


def test_rows_that_were_merged_go_too(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    give(visitor, stripe, interval="once", email="zelda@example.org", name="Zelda")
    stripe.deliver_new(visitor)
    Donor.objects.filter(email="zelda@example.org").update(merged_into=ann)

    post(visitor, "/giving/erase/", is_sure="on")

    assert "zelda" not in everything_in_the_database().casefold()


def test_second_click_does_not_say_that_nothing_was_changed(visitor: Client, ann: Donor) -> None:
    fields = {"is_sure": "on", "form_token": form_token(visitor, "/giving/erase/")}
    cookie = visitor.cookies.output()

    first = visitor.post("/giving/erase/", fields)
    visitor.cookies.load(cookie.removeprefix("Set-Cookie: "))
    second = visitor.post("/giving/erase/", fields)

    assert "You are erased" in words(first)
    assert second.status_code == 403
    assert "If you have just had yourself erased, that is done" in words(second)


def test_letter_that_is_written_in_the_same_moment_goes_too(
    visitor: Client, ann: Donor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_all = visits.end_all

    def end_all_slowly(donor: Donor) -> None:
        key = f"receipt:{Receipt.objects.latest('pk').number}"
        OutgoingEmail.objects.filter(key=key).delete()
        outbox.queue_ready(key=key, to="ann@example.org", subject="Receipt", text="Dear Ann", at=now)
        end_all(donor)

    monkeypatch.setattr(visits, "end_all", end_all_slowly)
    post(visitor, "/giving/erase/", is_sure="on")

    assert not OutgoingEmail.objects.exists()


def test_bank_reference_of_a_cheque_goes_and_nothing_else_of_it(
    ann: Donor, aid_fund: Fund, fay: User, now: datetime
) -> None:
    entered = offline.Entered(
        method=Method.CHEQUE,
        amount=Money(5, "USD"),
        received_on=now.date(),
        fund=aid_fund,
        email="ann@example.org",
        bank_reference="No. 17 of A. Example",
    )
    gift = offline.record(entered=entered, by=fay, at=now).offline

    erasing.erase(donor=ann, at=now)

    gift.refresh_from_db()
    assert (gift.bank_reference, gift.received_on) == ("", now.date())
    for change in ({"bank_reference": "No. 18"}, {"received_on": date(2020, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfflineGift.objects.update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        gift.delete()
    assert list(proofs.broken()) == []
