"""The doors of a supporter's own page: who comes in, once, for how long, and who does not."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from donations import access, visits
from donations.models import Donor, GivingLink, Payment
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, forget_throttles, give
from tests.donations.own_page_stage import SITE, address_in, form_token, link_for, open_page, post, words

COOKIE = "liferaft_giving_8000"


@pytest.fixture
def payment(visitor: Client, stripe: Stripe) -> Payment:
    """Ann gave $25 once."""
    give(visitor, stripe, interval="once")
    stripe.deliver_new(visitor)
    return Payment.objects.get()


@pytest.fixture
def phone() -> Client:
    """Another browser."""
    return Client()


def test_link_opens_the_page_by_a_press_of_its_button(payment: Payment, phone: Client) -> None:
    link = link_for("ANN@example.org")

    screen = phone.get(link)
    answer = post(phone, link)
    page = phone.get("/giving/")

    assert "a•••@example.org" in screen.content.decode()
    assert answer.headers["Location"] == "/giving/"
    assert "RW-2026-" in page.content.decode() or payment.receipts.get().number in page.content.decode()
    cookie = answer.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_looking_at_a_link_changes_nothing(payment: Payment, phone: Client) -> None:
    link = link_for("ann@example.org")

    for _scanner in range(3):
        screen = Client().get(link)
        Client().head(link)

    assert not screen.cookies
    assert not GivingLink.objects.exclude(used_at=None).exists()
    assert post(phone, link).headers["Location"] == "/giving/"


def test_link_opens_once(payment: Payment, phone: Client) -> None:
    link = link_for("ann@example.org")
    open_screen = form_token(phone, link)
    post(phone, link)

    thief = Client()
    answer = thief.post(link, {"form_token": open_screen})

    assert "was used already" in words(answer)
    assert "Send me a fresh link" in words(answer)
    assert not answer.cookies
    assert "What you gave" not in words(thief.get("/giving/"))


def test_way_back_and_second_click_lead_on_to_the_page(payment: Payment, phone: Client) -> None:
    link = link_for("ann@example.org")
    token = form_token(phone, link)
    phone.post(link, {"form_token": token})

    assert phone.get(link).headers["Location"] == "/giving/"
    assert phone.post(link, {"form_token": token}).headers["Location"] == "/giving/"


def test_link_is_good_for_a_quarter_of_an_hour(payment: Payment, phone: Client) -> None:
    link = link_for("ann@example.org")
    made = GivingLink.objects.latest("pk").made_at

    assert visits.is_open(GivingLink.objects.latest("pk"), at=made + timedelta(minutes=14))
    assert not visits.is_open(GivingLink.objects.latest("pk"), at=made + timedelta(minutes=15))
    GivingLink.objects.update(expires_at=made)
    answer = phone.get(link)
    assert "too old" in words(answer)
    assert "Send me a fresh link" in words(answer)


def test_fresh_link_comes_by_one_button(payment: Payment, phone: Client) -> None:
    old = link_for("ann@example.org")
    GivingLink.objects.update(expires_at=GivingLink.objects.latest("pk").made_at)

    answer = post(phone, old, fresh="1")

    assert "on its way to a•••@example.org" in words(answer)
    fresh = address_in(OutgoingEmail.objects.filter(key__startswith="giving-link:").latest("pk").text)
    assert fresh != old
    assert post(phone, fresh).headers["Location"] == "/giving/"


def test_visit_ends_half_an_hour_after_the_last_page(payment: Payment, phone: Client) -> None:
    open_page(phone)
    link = GivingLink.objects.exclude(used_at=None).get()
    secret = phone.cookies[COOKIE].value
    begun = link.used_at
    assert begun

    assert visits.of(secret, at=begun + timedelta(minutes=29))
    assert visits.of(secret, at=begun + timedelta(minutes=58))
    assert visits.of(secret, at=begun + timedelta(minutes=89)) is None


def test_visit_ends_after_two_hours_in_any_case(payment: Payment, phone: Client) -> None:
    open_page(phone)
    link = GivingLink.objects.exclude(used_at=None).get()
    begun = link.used_at
    assert begun

    seen = [bool(visits.of(phone.cookies[COOKIE].value, at=begun + timedelta(minutes=m))) for m in range(0, 150, 10)]

    assert seen == [True] * 12 + [False] * 3


def test_leaving_ends_the_visit_also_for_a_copied_cookie(payment: Payment, phone: Client) -> None:
    open_page(phone)
    secret = phone.cookies[COOKIE].value

    answer = phone.post("/giving/leave/")

    assert "closed on this device" in words(answer)
    assert answer.cookies[COOKIE].value == ""
    copy = Client()
    copy.cookies[COOKIE] = secret
    assert "Send me the link" in words(copy.get("/giving/"))


def test_database_keeps_no_key_that_opens_anything(payment: Payment, phone: Client) -> None:
    link = link_for("ann@example.org")
    post(phone, link)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(l)::text FROM donations_givinglink l")
        rows = " ".join(row[0] for row in cursor.fetchall())

    assert link.rstrip("/").rpartition("/")[2] not in rows
    assert phone.cookies[COOKIE].value not in rows


def test_letters_address_opens_nothing_and_sends_a_link_to_its_donor(payment: Payment, phone: Client) -> None:
    receipt = OutgoingEmail.objects.get(key__startswith="receipt:")
    address = address_in(receipt.text)
    stranger = Client()

    screen = stranger.get(address)
    answer = post(stranger, address, fresh="1")

    assert "a•••@example.org" in screen.content.decode()
    assert "ann@example.org" not in screen.content.decode()
    assert "RW-2026" not in screen.content.decode()
    assert not screen.cookies
    assert not answer.cookies
    letter = OutgoingEmail.objects.filter(key__startswith="giving-link:").get()
    assert letter.recipient == "ann@example.org"
    assert "Send me the link" in words(stranger.get("/giving/"))


def test_looking_at_a_letters_address_sends_nothing(payment: Payment) -> None:
    address = access.link(Donor.objects.get()).removeprefix(SITE)

    for _scanner in range(3):
        Client().get(address)

    assert not OutgoingEmail.objects.filter(key__startswith="giving-link:").exists()


def test_letters_address_leads_on_where_the_page_is_open(payment: Payment, phone: Client) -> None:
    open_page(phone)

    answer = phone.get(access.link(Donor.objects.get()).removeprefix(SITE))

    assert answer.headers["Location"] == "/giving/"


@pytest.mark.parametrize("token", ["x", "no-such-token-that-was-ever-signed"])
def test_forged_address_leads_to_the_question_for_a_link(visitor: Client, token: str) -> None:
    for path in (f"/giving/{token}/", f"/giving/open/{token}/"):
        assert "Send me the link" in words(visitor.get(path))


def test_answer_is_the_same_for_strangers_and_takes_as_long(unhurried: None, payment: Payment, phone: Client) -> None:
    answers, seconds = [], []
    for email in ("ann@example.org", "stranger@example.org"):
        token = form_token(phone, "/giving/")
        begun = time.monotonic()
        answers.append(phone.post("/giving/", {"email": email, "form_token": token}).content)
        seconds.append(time.monotonic() - begun)

    assert answers[0] == answers[1]
    assert min(seconds) >= 0.3
    assert OutgoingEmail.objects.filter(key__startswith="giving-link:").count() == 1


def test_nobody_is_flooded_with_links(payment: Payment) -> None:
    forget_throttles()
    address = access.link(Donor.objects.get()).removeprefix(SITE)
    for _n in range(3):
        post(Client(), "/giving/", email="ann@example.org")
        post(Client(), address, fresh="1")

    assert OutgoingEmail.objects.filter(key__startswith="giving-link:").count() == 3


def test_only_the_own_page_is_shown(visitor: Client, stripe: Stripe, payment: Payment, phone: Client) -> None:
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)
    bobs = Payment.objects.get(donor__email="bob@example.org").receipts.get()
    open_page(phone)

    page = phone.get("/giving/")
    anns = payment.receipts.get()
    paper = phone.get(f"/giving/receipts/{anns.number}.pdf")

    assert anns.number in page.content.decode()
    assert bobs.number not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert paper.content == anns.document.content
    assert "no-store" in paper["Cache-Control"]
    assert phone.get(f"/giving/receipts/{bobs.number}.pdf").status_code == 404
    assert Client().get(f"/giving/receipts/{anns.number}.pdf").status_code == 403


def test_gifts_of_merged_donors_are_on_one_page(
    visitor: Client, stripe: Stripe, payment: Payment, phone: Client
) -> None:
    give(visitor, stripe, interval="once", email="ann@work.example", name="Ann")
    stripe.deliver_new(visitor)
    Donor.objects.filter(email="ann@work.example").update(merged_into=payment.donor)

    open_page(phone, "ann@work.example")

    page = phone.get("/giving/").content.decode()
    assert [gift.receipts.get().number in page for gift in Payment.objects.all()] == [True, True]
    assert OutgoingEmail.objects.get(key__startswith="giving-link:").recipient == "ann@example.org"
