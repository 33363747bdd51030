"""What the tests of readers do by the front door: type an address, press the button of a letter, look at what came."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from core import formtoken
from mail.models import OutgoingEmail

HIDDEN = re.compile(r'name="visit" value="([^"]+)"')


def sign_up(client: Client, email: str, **more: Any) -> HttpResponse:
    data = {"form_token": formtoken.issue("newsletter.form"), "email": email, "language": "en"} | more
    return client.post("/subscribe/", data)  # type: ignore[return-value]  # an HttpResponse with extras


def letters(email: str, template: str = "") -> list[OutgoingEmail]:
    """Return the letters to an address, the oldest first; those of which the key has a word."""
    found = OutgoingEmail.objects.filter(key__contains=template).order_by("pk")
    return [letter for letter in found if letter.recipient == email]


def link(letter: OutgoingEmail, word: str = "subscribe") -> str:
    """Return the first address in a letter that opens something, as a path."""
    found = re.search(rf"http://localhost:8000(/(?:es/)?{word}/[^\s>]+)", letter.text)
    assert found, letter.text
    return found[1]


def subscribe(client: Client, email: str, **more: Any) -> None:
    """Sign up and press the button of the letter that came last."""
    sign_up(client, email, **more)
    client.post(link(letters(email, ":asked:")[-1]))


def open_own_page(client: Client, email: str) -> tuple[str, str]:
    """Ask for the link to a reader's page and open it; return the page, and the visit that its forms carry."""
    client.post("/subscribe/preferences/", {"form_token": formtoken.issue("newsletter.form"), "email": email})
    page = client.post(link(letters(email, ":open:")[-1])).content.decode()
    found = HIDDEN.search(page)
    assert found, page
    return page, found[1]
