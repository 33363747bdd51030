"""What our mail service posts suppresses an address, once; what anybody else posts leaves nothing."""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client

from config import mail_services
from mail import message_ids, outbox, suppressing
from mail.models import MailReport, OutgoingEmail, Suppression
from sandbox import mail_service

ADDRESS = "/webhooks/mail/"
SECRET = "postmark:a-long-secret-of-ours"
KEY = "the-signing-key-of-mailgun"
BOUNCE: dict[str, Any] = {
    "RecordType": "Bounce",
    "ID": 692560173,
    "Type": "HardBounce",
    "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
    "Email": "Ann@mail.example",
    "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
    "BouncedAt": "2026-11-05T16:33:54.9070259Z",
}
COMPLAINT = {**BOUNCE, "RecordType": "SpamComplaint", "Type": "SpamComplaint", "ID": 692560174}
SOFT = {**BOUNCE, "ID": 3, "Type": "SoftBounce", "Details": "smtp;452 4.2.2 The mailbox is full."}
BLOCKED = {**BOUNCE, "ID": 4, "Details": "smtp;550 5.7.1 Your network is on a block list."}
OPENED: dict[str, Any] = {
    "RecordType": "Open",
    "Recipient": "ann@mail.example",
    "MessageID": "8839",
    "ReceivedAt": "2026-11-05T16:33:54Z",
}


def use(settings: Any, name: str, *, secrets: list[str] | None = None, key: str = "") -> None:
    settings.MAIL_WEBHOOK = mail_services.webhook(
        name, secrets=secrets or [], key=key, site_url="https://liferaft.example.org"
    )


@pytest.fixture
def _postmark(settings: Any) -> None:
    use(settings, "postmark", secrets=[SECRET])


def post(event: object, secret: str = SECRET) -> HttpResponse:
    browser = Client(headers={"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"})
    return browser.post(ADDRESS, json.dumps(event), content_type="application/json")  # type: ignore[return-value]  # an HttpResponse with extras


def mailgun(severity: str, *, token: str = "a" * 50, message_id: str = "x@y", signed_by: str = KEY) -> HttpResponse:
    signature = hmac.new(signed_by.encode(), f"1793896434{token}".encode(), hashlib.sha256).hexdigest()
    event = {
        "signature": {"token": token, "timestamp": "1793896434", "signature": signature},
        "event-data": {
            "event": "failed",
            "severity": severity,
            "timestamp": 1793896434.5,
            "recipient": "ann@mail.example",
            "message": {"headers": {"message-id": message_id}},
            "delivery-status": {"code": 550, "message": "550 5.1.1 no such user"},
        },
    }
    return Client().post(ADDRESS, json.dumps(event), content_type="application/json")  # type: ignore[return-value]  # the same


@pytest.mark.django_db
@pytest.mark.usefixtures("_postmark")
def test_bounce_and_complaint_suppress_their_address_at_once() -> None:
    assert post(BOUNCE).status_code == 200
    assert suppressing.reason_of("ann@mail.example") == Suppression.Reason.BOUNCED

    assert post(COMPLAINT).status_code == 200
    assert suppressing.reason_of("ann@mail.example") == Suppression.Reason.COMPLAINED
    assert [*MailReport.objects.order_by("pk").values_list("kind", "status", "source", "taken_at")] == [
        ("bounced", "5.1.1", "webhook:postmark", None),
        ("complained", "", "webhook:postmark", None),
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("_postmark")
def test_posted_again_it_is_there_once_and_undoes_no_lifting(now: datetime) -> None:
    post(BOUNCE)
    suppressing.lift(email="ann@mail.example", by=None, reason="confirmed", at=now)

    assert [post(BOUNCE).status_code for _time in range(3)] == [200] * 3

    assert MailReport.objects.count() == 1
    assert not suppressing.is_suppressed("ann@mail.example")


@pytest.mark.django_db
@pytest.mark.usefixtures("_postmark")
@pytest.mark.parametrize(("event", "kept"), [(SOFT, ["4.2.2"]), (BLOCKED, ["5.7.1"]), (OPENED, [])])
def test_what_does_not_mean_the_address_suppresses_nobody(event: dict[str, Any], kept: list[str]) -> None:
    assert post(event).status_code == 200

    assert [*MailReport.objects.values_list("status", flat=True)] == kept
    assert not Suppression.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_postmark")
def test_strangers_leave_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    refused = [post(BOUNCE, "postmark:another-secret-of-theirs"), Client().post(ADDRESS, BOUNCE), post("x", "")]
    odd: list[object] = [[], {"RecordType": {"Ann@mail.example": 1}}, "Ann@mail.example", None]
    unread = [post(event) for event in odd]
    browser = Client(headers={"Authorization": f"Basic {base64.b64encode(SECRET.encode()).decode()}"})
    deep = browser.post(ADDRESS, "[" * 100_000, content_type="application/json")
    huge = browser.generic("POST", ADDRESS, b" " * 2_500_001, content_type="application/json")

    assert [answer.status_code for answer in refused] == [403] * 3
    assert [answer.status_code for answer in unread] == [400, 400, 400, 400]
    assert (deep.status_code, huge.status_code) == (400, 413)
    assert not MailReport.objects.exists()
    assert "mail.example" not in caplog.text.lower()
    assert browser.get(ADDRESS).status_code == 405
    assert Client().head(ADDRESS).status_code == 200


@pytest.mark.django_db
def test_a_service_that_signs_is_known_by_its_signature_and_tells_by_our_own_name_for_a_letter(
    settings: Any, now: datetime
) -> None:
    use(settings, "mailgun", key=KEY)
    letter = outbox.queue_ready(key="receipt:LR-1", to="ann@mail.example", subject="s", text="t", at=now)
    OutgoingEmail.objects.update(state=OutgoingEmail.State.SENT, sent_at=now)
    name = message_ids.message_id(message_ids.LETTER, letter.pk)

    forged = mailgun("permanent", signed_by="another")
    delayed = mailgun("temporary", token="b" * 50)
    bounced = mailgun("permanent", message_id=name.strip("<>"))
    # Mailgun signs a token, not what is said: the same token says nothing else.
    replayed = mailgun("permanent", token="b" * 50)

    assert [each.status_code for each in (forged, delayed, bounced, replayed)] == [403, 200, 200, 200]
    assert [*MailReport.objects.order_by("pk").values_list("kind", "message_id")] == [
        ("delayed", ""),
        ("bounced", name),
    ]
    letter.refresh_from_db()
    assert (letter.state, letter.last_answer) == (OutgoingEmail.State.FAILED, "came back 5.1.1")


@pytest.mark.django_db
def test_what_the_sandbox_tells_is_understood(settings: Any) -> None:
    use(settings, "mailgun", key=KEY)
    service = mail_service.MailService("http://127.0.0.1:8000/webhooks/stripe/", KEY)
    issue = message_ids.message_id(message_ids.DELIVERY, 12)
    letter = {"headers": [["Message-ID", issue]], "to": ["ann@mail.example"], "subject": "Newsletter 27"}

    for story in mail_service.STORIES:
        event = service.event(letter, story)
        assert Client().post(ADDRESS, json.dumps(event), content_type="application/json").status_code == 200

    assert {*MailReport.objects.values_list("kind", "status", "message_id")} == {
        ("bounced", "5.1.1", issue),
        ("bounced", "5.2.2", issue),
        ("delayed", "4.7.1", issue),
        ("complained", "", issue),
    }


@pytest.mark.usefixtures("committed_db", "_postmark")
def test_posted_twice_at_once_it_is_there_once(at_once: Callable[..., list[object]]) -> None:
    answers = at_once(*[lambda: post(BOUNCE).status_code] * 4)

    assert answers == [200] * 4
    assert MailReport.objects.count() == Suppression.objects.count() == 1


@pytest.mark.django_db
def test_where_no_service_is_set_up_there_is_no_address() -> None:
    assert post(BOUNCE).status_code == Client().head(ADDRESS).status_code == 404


@pytest.mark.django_db
def test_every_service_that_may_be_set_refuses_who_does_not_prove_to_be_it(settings: Any) -> None:
    for name in sorted(mail_services.NAMES - {""}):
        with pytest.raises(ImproperlyConfigured):
            use(settings, name)
        try:
            use(settings, name, secrets=[SECRET])
        except ImproperlyConfigured:
            use(settings, name, key="MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE")

        assert Client().post(ADDRESS, "[]", content_type="application/json").status_code == 403, name
    with pytest.raises(ImproperlyConfigured):
        use(settings, "", secrets=[SECRET])
    with pytest.raises(ImproperlyConfigured):
        use(settings, "postmark", secrets=["short:one"])
