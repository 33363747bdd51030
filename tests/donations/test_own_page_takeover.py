"""Who gets into somebody's page for a moment does not keep it, and learns nothing there of other people."""

import json

import pytest
from django.test import Client

from donations.models import Donor
from mail.models import OutgoingEmail
from tests.donations.giving_stage import Stripe, give
from tests.donations.own_page_stage import address_in, form_token, open_page, post, words


@pytest.fixture
def ann(visitor: Client, stripe: Stripe) -> Donor:
    """Ann gave $25 once, and a thief sits before her open page."""
    give(visitor, stripe, interval="once")
    stripe.deliver_new(visitor)
    open_page(visitor)
    return Donor.objects.get()


def newest(kind: str) -> str:
    """Return the path of the address in the newest letter of a kind."""
    return address_in(OutgoingEmail.objects.filter(key__startswith=f"{kind}:").latest("pk").text)


def change(thief: Client, email: str) -> tuple[str, str]:
    """Give the page's donor this address; return the links in the letters to it and to the address before."""
    post(thief, "/giving/email/", email=email)
    confirm = newest("email-confirm")
    post(Client(), confirm)
    return confirm, newest("email-changed")


def test_link_that_was_used_makes_no_second_change_after_it_was_taken_back(visitor: Client, ann: Donor) -> None:
    confirm, take_back = change(visitor, "thief@example.net")
    post(Client(), take_back)

    token = form_token(Client(), "/giving/")
    again = Client().post(confirm, {"form_token": token})

    assert "was used already or is too old" in words(again)
    assert Donor.objects.get().email == "ann@example.org"


def test_change_made_twice_is_still_taken_back_by_the_first_mailbox(visitor: Client, ann: Donor) -> None:
    _confirm, anns = change(visitor, "thief@example.net")
    _confirm, thiefs = change(visitor, "other@example.net")

    token = form_token(Client(), "/giving/")
    Client().post(anns, {"form_token": token})
    Client().post(thiefs, {"form_token": token})

    assert Donor.objects.get().email == "ann@example.org"
    assert "Send me the link" in words(visitor.get("/giving/"))


def test_mailbox_in_between_does_not_have_the_last_word(visitor: Client, ann: Donor) -> None:
    _confirm, anns = change(visitor, "thief@example.net")
    _confirm, thiefs = change(visitor, "other@example.net")

    token = form_token(Client(), "/giving/")
    Client().post(thiefs, {"form_token": token})
    Client().post(anns, {"form_token": token})

    assert Donor.objects.get().email == "ann@example.org"


def test_change_is_taken_back_once(visitor: Client, ann: Donor) -> None:
    _confirm, take_back = change(visitor, "ann@new.example")
    post(Client(), take_back)
    open_page(visitor)
    change(visitor, "ann@new.example")

    token = form_token(Client(), "/giving/")
    again = Client().post(take_back, {"form_token": token})

    assert "was used already or is too old" in words(again)
    assert Donor.objects.get().email == "ann@new.example"


def test_own_data_do_not_tell_who_else_gives(visitor: Client, stripe: Stripe, ann: Donor) -> None:
    give(visitor, stripe, interval="once", email="bob@example.org", name="Bob")
    stripe.deliver_new(visitor)

    def subjects() -> list[str]:
        return [letter["subject"] for letter in json.loads(visitor.get("/giving/my-data.json").content)["letters"]]

    before = subjects()
    post(visitor, "/giving/email/", email="bob@example.org")
    after_a_donors = subjects()
    post(visitor, "/giving/email/", email="nob@example.org")

    assert before == after_a_donors == subjects()
