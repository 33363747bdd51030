"""An administrator says in which currencies gifts may come; a code that does not exist is refused where it is typed."""

import pytest
from django.test import Client

from organisation.models import Organisation, User

pytestmark = pytest.mark.django_db

RECORD = "/staff/organisation/"


def save(client: Client, **fields: str) -> str:
    usual = {
        "name": "Raft Workers",
        "email": "post@raft.example",
        "time_zone": "America/New_York",
        "currency": "USD",
        "gift_currencies": "",
    }
    return client.post(RECORD, usual | fields, follow=True).content.decode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("EUR CAD", "EUR CAD"), ("eur, cad", "EUR CAD"), ("EUR EUR USD JPY", "EUR JPY"), ("", "")],
)
def test_currencies_of_gifts_are_kept_as_codes(
    client: Client, liferaft: Organisation, adam: User, typed: str, kept: str
) -> None:
    client.force_login(adam)

    save(client, gift_currencies=typed)

    assert Organisation.current().gift_currencies == kept


@pytest.mark.parametrize("typed", ["EURO", "EUR XX1", "€"])
def test_unknown_code_is_named_and_nothing_saved(
    client: Client, liferaft: Organisation, adam: User, typed: str
) -> None:
    client.force_login(adam)

    page = save(client, gift_currencies=typed, name="Renamed")

    assert "There is no currency of the code" in page
    assert Organisation.current().name == "Raft Workers"
