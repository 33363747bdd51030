"""A flood of made-up sign-ups is slowed down; a person gets in, with a script or without."""

import base64
import itertools
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import altcha
import pytest
from django.test import Client
from pytest_django import Settings

from cms.readers import proof_of_work
from mail.models import OutgoingEmail
from organisation.models import Organisation
from tests.cms.readers import stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _easy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "_ROUNDS", 10)


def solved(client: Client) -> str:
    """Do the sum of the form, as the page's script does."""
    page = client.get("/subscribe/").content.decode()
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found, page
    challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
    solution = altcha.solve_challenge(challenge)
    assert solution
    return str(altcha.Payload(challenge, solution).to_base64())


def networks() -> Iterator[str]:
    """An attacker who has many networks."""
    return (f"10.{number // 250}.{number % 250}.7" for number in range(10_000))


def flood(client: Client, many: int) -> list[int]:
    return [
        stage.sign_up(Client(REMOTE_ADDR=network), f"victim{number}@example.org").status_code
        for number, network in zip(range(many), networks(), strict=False)
    ]


def test_network_signs_up_twenty_an_hour(client: Client, liferaft: Organisation) -> None:
    answers = [stage.sign_up(client, f"x{number}@example.org").status_code for number in range(21)]

    assert answers == [200] * 20 + [429]
    assert OutgoingEmail.objects.count() == 20
    assert stage.sign_up(Client(REMOTE_ADDR="192.0.2.9"), "ann@example.org").status_code == 200


def test_flood_makes_the_form_ask_for_proof_and_letters_stop(
    client: Client, liferaft: Organisation, settings: Settings
) -> None:
    settings.SIGN_UPS_PER_HOUR = 10
    assert "data-challenge" not in client.get("/subscribe/").content.decode()

    flood(client, 14)

    assert OutgoingEmail.objects.count() == 10
    page = client.get("/subscribe/").content.decode()
    assert "data-challenge" in page
    assert "proof-of-work.js" in page


def test_proof_gets_a_letter_at_once_and_is_good_once(
    client: Client, liferaft: Organisation, settings: Settings
) -> None:
    settings.SIGN_UP_PROOF = "always"
    proof = solved(client)
    stage.sign_up(client, "ann@example.org", proof=proof)
    stage.sign_up(client, "ben@example.org", proof=proof)

    (letter,) = stage.letters("ann@example.org")
    (waiting,) = stage.letters("ben@example.org")
    assert letter.due_at == letter.queued_at
    assert waiting.due_at > waiting.queued_at


@pytest.mark.parametrize(
    "proof", ["", "made up", "e30=", base64.b64encode(b'{"challenge": 1, "solution": 2}').decode()]
)
def test_made_up_proof_is_none(client: Client, liferaft: Organisation, settings: Settings, proof: str) -> None:
    settings.SIGN_UP_PROOF = "always"

    answer = stage.sign_up(client, "ann@example.org", proof=proof)

    assert "up to a day" in answer.content.decode()
    (letter,) = stage.letters("ann@example.org")
    assert letter.due_at > letter.queued_at


def test_without_a_script_letters_wait_their_turn_a_few_an_hour_and_a_day_at_most(
    client: Client, liferaft: Organisation, settings: Settings
) -> None:
    settings.SIGN_UP_PROOF, settings.SIGN_UPS_PER_HOUR = "always", 20
    answers = {
        stage.sign_up(Client(REMOTE_ADDR=network), f"x{number}@example.org", proof="").content
        for number, network in zip(range(52), networks(), strict=False)
    }

    letters = list(OutgoingEmail.objects.order_by("due_at"))
    steps = {round((b.due_at - a.due_at).total_seconds(), -1) for a, b in itertools.pairwise(letters)}
    assert len(answers) == 1
    assert steps == {1800}  # two an hour
    assert len(letters) == 48
    assert letters[-1].due_at - letters[-1].queued_at <= timedelta(days=1)


def test_who_opened_the_form_before_the_flood_keeps_what_they_typed(
    client: Client, liferaft: Organisation, settings: Settings
) -> None:
    settings.SIGN_UP_PROOF = "always"

    page = stage.sign_up(client, "ann@example.org").content.decode()

    assert 'value="ann@example.org"' in page
    assert "data-challenge" in page
    assert not stage.letters("ann@example.org")
