"""A letter is queued with what causes it, leaves once, and survives a mail server that is not there."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.mail import send_mail
from django.db import transaction
from django.utils.timezone import now as wall_clock
from pytest_django import Settings

from mail import outbox, tasks
from mail.models import OutgoingEmail
from organisation.models import Organisation
from tests.ports import free_port

State = OutgoingEmail.State


class Server:
    """A real SMTP server that keeps what it accepts and answers as a test wishes."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.accepted.append(message_from_bytes(content, policy=policy.default))
        return self.answer


@pytest.fixture
def server(settings: Settings) -> Iterator[Server]:
    handler = Server()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


def queue(at: datetime, key: str = "test:1", **more: object) -> OutgoingEmail:
    return outbox.queue_ready(
        key=key,
        to="ann@example.org",
        subject="Thank you",
        text="Ñandú\n",
        html="<p>Ñandú</p>",
        at=at,
        **more,  # type: ignore[arg-type]  # passed on as they are
    )


def test_letter_arrives_with_both_parts_and_its_attachment(db: None, server: Server, now: datetime) -> None:
    queue(now, enclosures=[outbox.Enclosure("receipt.pdf", "application/pdf", b"%PDF-1.7")])

    assert tasks.deliver_due() == 1

    (message,) = server.accepted
    assert message["To"] == "ann@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert text.get_content().split() == ["Ñandú"]
    assert html is not None
    assert "Ñandú" in html.get_content()
    (pdf,) = message.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content()) == ("receipt.pdf", b"%PDF-1.7")
    assert OutgoingEmail.objects.get().state == State.SENT


def test_same_key_is_queued_and_sent_once(db: None, server: Server, now: datetime) -> None:
    queue(now)
    queue(now)

    tasks.deliver_due()
    tasks.deliver_due()

    assert len(server.accepted) == OutgoingEmail.objects.count() == 1


def test_letter_goes_with_the_change_that_caused_it(db: None, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(now)
        _ = 1 / 0

    assert not OutgoingEmail.objects.exists()


def test_letter_waits_for_a_server_that_is_not_there(db: None, settings: Settings, now: datetime) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    letter = queue(now)

    assert tasks.deliver_due() == 0

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (State.QUEUED, 1)
    assert letter.due_at > wall_clock()


def test_temporary_refusal_is_tried_again_later(db: None, server: Server, now: datetime) -> None:
    server.answer = "451 try later"
    letter = queue(now)
    tasks.deliver_due()
    server.answer = "250 OK"
    OutgoingEmail.objects.update(due_at=now)

    assert tasks.deliver_due() == 1

    letter.refresh_from_db()
    assert (letter.state, letter.attempts, len(server.accepted)) == (State.SENT, 2, 1)


def test_permanent_refusal_is_kept_for_a_human(db: None, server: Server, now: datetime) -> None:
    server.answer = "550 no such user ann@example.org"
    letter = queue(now)

    tasks.deliver_due()
    tasks.deliver_due()

    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (State.FAILED, 1)
    assert "ann" not in letter.last_answer


def test_letter_in_flight_when_the_worker_died_is_uncertain_and_never_resent(
    db: None, server: Server, now: datetime
) -> None:
    letter = queue(now)
    OutgoingEmail.objects.update(state=State.SENDING, claimed_at=wall_clock() - timedelta(minutes=11))

    tasks.sweep()

    letter.refresh_from_db()
    assert letter.state == State.UNCERTAIN
    assert server.accepted == []


def test_two_workers_send_each_letter_once(
    committed_db: None, server: Server, at_once: Callable[..., list[object]], now: datetime
) -> None:
    for number in range(20):
        queue(now, key=f"test:{number}")

    counts = at_once(tasks.deliver_due, tasks.deliver_due, tasks.deliver_due)

    assert sum(count for count in counts if isinstance(count, int)) == 20
    assert len({message["Message-ID"] for message in server.accepted}) == len(server.accepted) == 20


def test_letters_of_libraries_take_the_same_way(db: None, server: Server, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "mail.backend.OutboxBackend"  # the test runner puts its own in the place of the real one
    send_mail("Sign-in code", "123456", None, ["carl@example.org"])

    tasks.deliver_due()

    assert [message["To"] for message in server.accepted] == ["carl@example.org"]


@pytest.mark.django_db
def test_letter_that_is_owed_waits_for_its_words_and_then_leaves(liferaft: Organisation, now: datetime) -> None:
    outbox.owe(key="receipt:1", to="ann@example.org", at=now)
    owed = OutgoingEmail.objects.get()

    letter = outbox.queue_ready(key="receipt:1", to="ann@example.org", subject="Thanks", text="Here it is", at=now)

    assert owed.state == "owed"
    assert owed.recipient == "ann@example.org"
    assert (letter.pk, letter.state, letter.text) == (owed.pk, "queued", "Here it is")
    outbox.release("receipt:1")
    assert OutgoingEmail.objects.exists()


def test_line_that_begins_with_from_arrives_as_it_was_written(db: None, server: Server, now: datetime) -> None:
    outbox.queue_ready(key="test:from", to="ann@example.org", subject="A year", text="From May to June.\n", at=now)

    tasks.deliver_due()

    assert server.accepted[0].get_content().splitlines() == ["From May to June."]
