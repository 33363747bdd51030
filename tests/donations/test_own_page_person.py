"""What supporters do about themselves: details for receipts, another mail address, their data."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from donations.models import Donor, Payment, Receipt
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, forget_throttles, give
from tests.donations.own_page_stage import address_in, form_token, link_for, open_page, post, words


@pytest.fixture
def ann(visitor: Client, stripe: Stripe) -> Donor:
    """Ann gave $25 once, and her page is open."""
    give(visitor, stripe, interval="once")
    stripe.deliver_new(visitor)
    open_page(visitor)
    return Donor.objects.get()


def letter(kind: str) -> OutgoingEmail:
    return OutgoingEmail.objects.filter(key__startswith=f"{kind}:").latest("pk")


def test_receipts_from_now_on_carry_the_name_and_address_that_were_written(
    visitor: Client, stripe: Stripe, ann: Donor
) -> None:
    before = Receipt.objects.get().snapshot

    answer = post(visitor, "/giving/details/", name="Ann B.  Example", address="1 Main St\r\n\r\nSpringfield ")
    page = words(visitor.get("/giving/"))
    give(visitor, stripe, interval="once", name="A.")
    stripe.deliver_new(visitor)

    assert answer["Location"] == "/giving/#you"
    assert "Ann B. Example" in page
    newest = Receipt.objects.latest("pk").snapshot
    assert (newest["donor"], newest["address"]) == ("Ann B. Example", "1 Main St\nSpringfield")
    assert Receipt.objects.earliest("pk").snapshot == before


def test_new_mail_address_counts_once_its_owner_has_confirmed_it(visitor: Client, ann: Donor) -> None:
    answer = post(visitor, "/giving/email/", email="ann@new.example")
    unchanged = Donor.objects.get().email
    address = address_in(letter("email-confirm").text)
    looked = Client().get(address)
    still_unchanged = Donor.objects.get().email
    done = post(Client(), address)

    assert "on its way to ann@new.example" in words(answer)
    assert letter("email-confirm").recipient == "ann@new.example"
    assert unchanged == still_unchanged == "ann@example.org"
    assert "a•••@new.example" in looked.content.decode()
    assert "from now on" in words(done)
    assert Donor.objects.get().email == "ann@new.example"
    told = letter("email-changed")
    assert told.recipient == "ann@example.org"
    assert "ann@new.example" not in told.text
    assert "a•••@new.example" in told.text


def test_confirmation_counts_once(visitor: Client, ann: Donor) -> None:
    post(visitor, "/giving/email/", email="ann@new.example")
    address = address_in(letter("email-confirm").text)
    token = form_token(Client(), address)
    Client().post(address, {"form_token": token})

    again = Client().post(address, {"form_token": token})

    assert "was used already or is too old" in words(again)
    assert OutgoingEmail.objects.filter(key__startswith="email-changed:").count() == 1


def test_old_mailbox_takes_a_change_back_and_closes_the_page_everywhere(visitor: Client, ann: Donor) -> None:
    post(visitor, "/giving/email/", email="thief@example.net")
    post(Client(), address_in(letter("email-confirm").text))

    post(Client(), address_in(letter("email-changed").text))

    assert Donor.objects.get().email == "ann@example.org"
    assert "Send me the link" in words(visitor.get("/giving/"))


def test_link_in_a_letter_does_not_tell_the_other_address(visitor: Client, ann: Donor) -> None:
    post(visitor, "/giving/email/", email="ann@new.example")

    page = Client().get(address_in(letter("email-confirm").text)).content.decode()

    assert "ann@example.org" not in letter("email-confirm").text
    assert "a•••@example.org" not in page


def test_address_of_another_donor_is_not_told_to_be_one(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)

    of_a_donor = words(post(visitor, "/giving/email/", email="bob@example.org"))
    of_nobody = words(post(visitor, "/giving/email/", email="nob@example.org"))

    assert of_a_donor == of_nobody.replace("nob@", "bob@")
    assert "Gifts come from it already" in letter("email-taken").text
    assert Donor.objects.get(pk=ann.pk).email == "ann@example.org"


def test_address_that_somebody_else_gave_from_meanwhile_is_not_taken_over(
    visitor: Client, stripe: Stripe, ann: Donor
) -> None:
    post(visitor, "/giving/email/", email="bob@example.org")
    address = address_in(letter("email-confirm").text)
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)

    answer = post(Client(), address)

    assert "Gifts of somebody else come from this address" in words(answer)
    assert Donor.objects.get(pk=ann.pk).email == "ann@example.org"


def test_strangers_are_not_flooded_with_letters(visitor: Client, ann: Donor) -> None:
    forget_throttles()
    answers = [post(visitor, "/giving/email/", email=f"n{number}@example.net").status_code for number in range(6)]

    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("email", ["", "ann", "ann@example.org"])
def test_unclear_addresses_are_said_kindly(visitor: Client, ann: Donor, email: str) -> None:
    answer = post(visitor, "/giving/email/", email=email)

    assert "Something needs another look" in words(answer)
    assert not OutgoingEmail.objects.filter(key__startswith="email-confirm:").exists()


def test_own_data_hold_everything_and_nothing_of_others(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    give(visitor, stripe, interval="month", amount="10")
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)

    answer = visitor.get("/giving/my-data.json")
    told: dict[str, Any] = json.loads(answer.content)

    assert answer["Content-Type"].startswith("application/json")
    assert "no-store" in answer["Cache-Control"]
    assert told["format"] == "liferaft-giving/1"
    assert [you["email"] for you in told["you"]] == ["ann@example.org"]
    assert sorted(gift["given"]["amount"] for gift in told["gifts"]) == ["10.00", "25.00"]
    assert len(told["receipts"]) == len(told["wishes"]) == 2
    assert [gift["interval"] for gift in told["recurring_gifts"]] == ["month"]
    assert {letter["subject"] for letter in told["letters"]}
    assert "bob" not in answer.content.decode().casefold()


@pytest.mark.parametrize("path", ["details/", "email/", "my-data.json", "erase/"])
def test_nobody_sees_these_pages_without_a_visit(visitor: Client, ann: Donor, path: str) -> None:
    stranger = Client()

    answer = stranger.get(f"/giving/{path}")

    assert answer.status_code == 403
    assert "ann@example.org" not in answer.content.decode()
    assert stranger.post(f"/giving/{path}", {"name": "X"}).status_code in {403, 405}
    assert Donor.objects.get().name == "Ann Example"


def test_extra_gift_begins_with_who_one_is(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    page = visitor.get("/giving/").content.decode()
    screen = visitor.get("/donate/", {"amount": "10", "interval": "once", "fund": "aid"}).content.decode()
    stranger = Client().get("/donate/", {"amount": "10", "interval": "once", "fund": "aid"}).content.decode()

    assert 'href="/donate/?interval=once"' in page
    assert 'value="ann@example.org"' in screen
    assert 'value="Ann Example"' in screen
    assert "ann@example.org" not in stranger


def test_link_finds_its_donor_after_the_address_has_changed(visitor: Client, ann: Donor) -> None:
    Donor.objects.update(email="ann@new.example", since=ann.since - timedelta(days=1))

    assert post(Client(), link_for("ann@new.example"))["Location"] == "/giving/"
    assert Payment.objects.count() == 1


def test_own_data_are_made_ten_times_an_hour(visitor: Client, ann: Donor) -> None:
    forget_throttles()

    answers = [visitor.get("/giving/my-data.json") for _time in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert "Please wait an hour" in words(answers[-1])


@pytest.mark.parametrize("name", ["evil.example/login", "www.evil.example", "win at evil.com"])
def test_name_that_is_a_web_address_is_refused_on_ones_own_page(visitor: Client, ann: Donor, name: str) -> None:
    answer = post(visitor, "/giving/details/", name=name, address="")

    assert "A name has no web address in it" in words(answer)
    assert Donor.objects.get().name == "Ann Example"
