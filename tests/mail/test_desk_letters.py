"""Letters at the desk: those of which nobody knows that they arrived, and never whom they were for."""

import re
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from mail import outbox
from mail.models import OutgoingEmail
from organisation.models import Organisation, User

pytestmark = pytest.mark.usefixtures("liferaft")
State = OutgoingEmail.State


@pytest.fixture
def _letters(liferaft: Organisation, now: datetime) -> None:
    for number, state in enumerate([State.FAILED, State.FAILED, State.UNCERTAIN, State.QUEUED]):
        outbox.queue_ready(
            key=f"test:{state}-{number}", to="wanda@mail.example", subject="About you", text="Secret", at=now
        )
        OutgoingEmail.objects.filter(key=f"test:{state}-{number}").update(state=state)


@pytest.fixture
def desk(adam: User) -> Client:
    browser = Client()
    browser.force_login(adam)
    return browser


def rows(desk: Client, address: str) -> int:
    page = desk.get(address).content.decode()
    return page[page.index("<main") :].count('<th scope="row">')


@pytest.mark.usefixtures("_letters")
def test_numbers_of_the_first_page_lead_to_their_letters(desk: Client) -> None:
    page = desk.get(reverse("wagtailadmin_home")).content.decode()

    numbers = re.findall(r'href="([^"]+\?state=\w+)"><strong>(\d+)</strong>', page)

    assert [number for _address, number in numbers] == ["2", "1"]
    for address, number in numbers:
        assert rows(desk, address) == int(number)


@pytest.mark.usefixtures("_letters")
def test_letters_show_neither_address_nor_words(desk: Client) -> None:
    page = desk.get(reverse("mail_letters")).content.decode()

    assert rows(desk, reverse("mail_letters")) == 3
    for secret in ("wanda", "About you", "Secret"):
        assert secret not in page


def test_where_every_letter_left_nothing_is_shown(desk: Client) -> None:
    assert "letters-section" not in desk.get(reverse("wagtailadmin_home")).content.decode()
    assert "No letter has failed, and none is uncertain." in desk.get(reverse("mail_letters")).content.decode()
