"""The stage for tests of a supporter's own page: it is opened as they open it, by a link in a letter."""

import re
from typing import Any

from django.test import Client

from mail.models import OutgoingEmail
from tests.donations.giving_stage import forget_throttles

SITE = "http://localhost:8000"


def form_token(client: Client, path: str) -> str:
    """Return the token that stands on the page."""
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).content.decode())
    assert found, client.get(path).content.decode()
    return found[1]


def post(client: Client, path: str, **fields: str) -> Any:
    """Fill in the form of a page and send it."""
    return client.post(path, fields | {"form_token": form_token(client, path)})


def link_for(email: str) -> str:
    """Ask for a link with another browser, and take it from the letter."""
    forget_throttles()
    browser = Client()
    assert post(browser, "/giving/", email=email).status_code == 200
    letter = OutgoingEmail.objects.filter(key__startswith="giving-link:").latest("pk")
    return address_in(letter.text)


def address_in(text: str) -> str:
    """Return the path of the address of a giving page in a letter."""
    found = re.search(rf"{SITE}(/\S*giving/\S+)", text)
    assert found, text
    return found[1]


def open_page(client: Client, email: str = "ann@example.org") -> Client:
    """Open the supporter's own page in this browser."""
    link = link_for(email)
    assert post(client, link).headers["Location"] == "/giving/"
    return client


def words(answer: Any) -> str:
    """Return what a page says, without its markup."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text).replace("&#x27;", "'").replace("&amp;", "&")
