"""The public accounts: true sums, and none that shows what fewer than ten people gave or were given."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from ledger.models import Fund
from organisation.models import Organisation

pytestmark = pytest.mark.django_db


def books(client: Client) -> str:
    return client.get(reverse("ledger:books")).content.decode()


def test_empty_books_say_that_nothing_is_there_yet(client: Client, liferaft: Organisation) -> None:
    assert "No fund is public yet" in books(client)


def test_a_fund_without_a_booking_is_there(client: Client, liferaft: Organisation, aid_fund: Fund) -> None:
    assert "Mutual aid" in books(client)
