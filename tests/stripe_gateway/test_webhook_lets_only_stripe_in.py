"""The webhook address stores what Stripe signed, once, and nothing else."""

import hmac
import json
import time
from typing import Any

import pytest
import stripe
from django.test import Client

from stripe_gateway.models import StripeEvent
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import EVENT, dumped, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _handlers(settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.BOOKS"


def test_signed_event_is_stored_and_answered_with_200(client: Client) -> None:
    answer = post(client, dumped(), SECRET)

    assert answer.status_code == 200
    event = StripeEvent.objects.get()
    assert (event.event_id, event.state, event.object_id) == ("evt_1", "received", "thing_1")
    assert not answer.cookies


def test_same_event_again_is_answered_with_200_and_stored_once(client: Client) -> None:
    assert [post(client, dumped(), SECRET).status_code for _ in range(3)] == [200, 200, 200]

    assert StripeEvent.objects.count() == 1


def test_event_that_nobody_needs_is_kept_and_not_worked_on(client: Client) -> None:
    assert post(client, dumped(type="price.created"), SECRET).status_code == 200

    assert StripeEvent.objects.get().state == "ignored"


def test_forged_signature_is_refused(client: Client) -> None:
    answer = client.post(
        "/webhooks/stripe/",
        data=dumped(),
        content_type="application/json",
        headers={"Stripe-Signature": f"t={int(time.time())},v1={'0' * 64}"},
    )

    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("header", ["", "nonsense", "t=1", "t=,v1=", "v1=abc", "t=99999999999999999999,v1=x"])
def test_odd_signature_header_is_refused(client: Client, header: str) -> None:
    answer = client.post(
        "/webhooks/stripe/", data=dumped(), content_type="application/json", headers={"Stripe-Signature": header}
    )

    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


def test_signature_of_another_secret_is_refused(client: Client) -> None:
    assert post(client, dumped(), "whsec_of_somebody_else").status_code == 400
    assert not StripeEvent.objects.exists()


def test_stale_signature_is_refused(client: Client) -> None:
    assert post(client, dumped(), SECRET, timestamp=int(time.time()) - 301).status_code == 400
    assert not StripeEvent.objects.exists()


def test_signature_from_four_minutes_ago_is_good(client: Client) -> None:
    assert post(client, dumped(), SECRET, timestamp=int(time.time()) - 240).status_code == 200


def test_body_that_was_written_anew_is_refused(client: Client) -> None:
    from_stripe = json.dumps(EVENT, indent=2)
    signed = stripe.WebhookSignature.generate_signature_header(from_stripe, SECRET)

    answer = client.post(
        "/webhooks/stripe/",
        data=json.dumps(json.loads(from_stripe)),
        content_type="application/json",
        headers={"Stripe-Signature": signed},
    )

    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


def test_either_secret_is_good_while_they_change(client: Client, settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", SECRET]

    assert post(client, dumped(id="evt_1"), SECRET).status_code == 200
    assert post(client, dumped(id="evt_2"), "whsec_new").status_code == 200


def test_live_event_is_refused_by_a_test_system(client: Client) -> None:
    assert post(client, dumped(livemode=True), SECRET).status_code == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"evt_1"',
        "{}",
        json.dumps(EVENT | {"object": "charge"}),
        json.dumps(EVENT | {"id": None}),
        json.dumps(EVENT | {"id": ""}),
        json.dumps(EVENT | {"id": "x" * 81}),
        json.dumps(EVENT | {"type": 7}),
        json.dumps(EVENT | {"data": None}),
        json.dumps(EVENT | {"data": {"object": "thing"}}),
        json.dumps(EVENT | {"created": "yesterday"}),
        json.dumps(EVENT | {"created": 10**30}),
        json.dumps({name: value for name, value in EVENT.items() if name != "livemode"}),
        json.dumps(EVENT | {"id": "evt_\u0000"}),
        json.dumps(EVENT | {"api_version": "x" * 41}),
        '{"a":' * 20_000,
        "9" * 5000,
        "\ufeff" + json.dumps(EVENT),
    ],
)
def test_signed_nonsense_is_refused(client: Client, body: str) -> None:
    assert post(client, body, SECRET).status_code == 400
    assert not StripeEvent.objects.exists()


def test_bytes_that_are_no_text_are_refused(client: Client) -> None:
    assert post(client, b"\xff\xfe\x00", SECRET).status_code == 400
    assert not StripeEvent.objects.exists()


def test_body_that_is_too_big_is_refused_unread(client: Client) -> None:
    assert post(client, dumped(padding="x" * 1_100_000), SECRET).status_code == 413
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_signed_bytes_in_another_encoding_are_refused(client: Client, encoding: str) -> None:
    body = dumped(padding="ñ").replace("\\u00f1", "ñ").encode(encoding)
    timestamp = int(time.time())
    signature = hmac.digest(SECRET.encode(), b"%d.%b" % (timestamp, body), "sha256").hex()

    answer = client.post(
        "/webhooks/stripe/",
        data=body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={timestamp},v1={signature}"},
    )

    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


def test_neither_languages_nor_sessions_nor_https_stand_in_stripes_way(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["raft.example"]
    client.cookies[settings.SESSION_COOKIE_NAME] = "nonsense"

    answer = post(client, dumped(), SECRET)

    assert answer.status_code == 200
    assert not answer.cookies
    assert "Vary" not in answer


def test_other_addresses_below_webhooks_are_as_unknown_as_anywhere(client: Client) -> None:
    below, elsewhere = client.post("/webhooks/nobody/"), client.post("/nobody/")

    assert below.status_code == elsewhere.status_code == 404
    assert set(below.headers) == set(elsewhere.headers)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post_is_taken(client: Client, method: str) -> None:
    assert getattr(client, method)("/webhooks/stripe/").status_code == 405
