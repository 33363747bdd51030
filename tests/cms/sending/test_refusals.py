"""A server that refuses us refuses nobody's address: the sending pauses, and everybody's letter waits until it is put right."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now as wall_clock
from pytest_django import Settings

from cms.models import Delivery, NewsletterIssuePage, Sending, Subscriber
from cms.sending import asking, engine, proofs, reports, uncertain
from mail import dkim_signing, outbox, transport
from mail.models import OutgoingEmail, Suppression
from organisation.models import User
from tests.cms.sending import sending_stage as stage
from tests.smtp_sink import Sink, running_sink


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[Sink]:
    with running_sink(tmp_path) as running:
        settings.EMAIL_URL = running.url
        yield running


@pytest.fixture
def people(edith: User, adam: User) -> list[User]:
    return [edith, adam]


@pytest.fixture(autouse=True)
def _proved(db: None) -> Iterator[None]:
    yield
    assert list(proofs.broken()) == []


def begun(issue: NewsletterIssuePage, people: list[User]) -> Sending:
    """A sending whose letters are due, and no other letters."""
    sending = stage.begun(issue, people)
    OutgoingEmail.objects.all().delete()
    return sending


@pytest.mark.parametrize(
    ("says", "answer"), [("relay", "554 5.7.1 recipient refused"), ("spam", "554 5.7.1 letter refused")]
)
def test_server_that_refuses_one_after_the_other_pauses_the_sending_and_loses_nobody(
    issue: NewsletterIssuePage, people: list[User], sink: Sink, says: str, answer: str
) -> None:
    for number in range(24):
        stage.readers(f"{says}{number}", domain=f"{number % 5}.example")
    sending = begun(issue, people)

    # Each slice is a worker of its own, which knows nothing of the one before.
    for _slice in range(8):
        looks = iter(range(100))
        engine.Worker().work(is_over=lambda looks=looks: next(looks) >= 4)  # type: ignore[misc]  # a lambda with a default
    reports.take(at=wall_clock())

    sending.refresh_from_db()
    assert (sending.state, answer in sending.note) == (Sending.State.PAUSED, True)
    assert Delivery.objects.filter(state="queued", due_at__lte=wall_clock(), attempts=0).count() == 24
    assert Subscriber.objects.filter(state="active").count() == 24
    assert not Suppression.objects.exists()
    # It is put right.
    for reader in Subscriber.objects.all():
        Subscriber.objects.filter(pk=reader.pk).update(email=reader.email.replace(says, "reader"))
    asking.resume(sending=sending, by=people[0], at=wall_clock())
    stage.send()
    assert set(stage.states(sending).values()) == {"accepted"}
    assert len(sink.accepted()) == 24


def test_short_list_that_is_refused_whole_is_not_refused_for_good(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers("relay1", "relay2")
    stage.readers("relay3", domain="b.example")
    sending = begun(issue, people)

    for _attempt in range(3):
        stage.let_time_pass()
        stage.send()

    sending.refresh_from_db()
    assert sending.state == Sending.State.PAUSED
    assert set(stage.states(sending).values()) == {"queued"}


def test_letter_that_one_server_does_not_like_is_refused_in_the_end_and_stops_nobody(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    for number in range(25):
        stage.readers(f"spam{number}", domain=f"{number}.example")
        stage.readers(f"reader{number}", domain=f"{number}.example")
    sending = begun(issue, people)

    for _attempt in range(3):
        stage.let_time_pass()
        stage.send()

    sending.refresh_from_db()
    assert sending.state == Sending.State.DONE
    assert Delivery.objects.filter(state="refused", answer="554 5.7.1 letter refused, 3 times").count() == 25
    assert len(sink.accepted()) == 25


def test_key_that_cannot_be_read_leaves_letters_waiting_not_uncertain(
    issue: NewsletterIssuePage, people: list[User], sink: Sink, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    stage.readers("ann", "bea")
    sending = begun(issue, people)
    receipt = outbox.queue_ready(key="t:1", to="tess@mail.example", subject="s", text="t", at=wall_clock())
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR, settings.DKIM_DOMAIN = "/nowhere/key.pem", "raft", "example.org"

    for _run in range(3):
        stage.send()

    sending.refresh_from_db()
    assert (sending.state, "DKIM_KEY_FILE" in sending.note) == (Sending.State.PAUSED, True)
    assert stage.states(sending) == {"ann": "queued", "bea": "queued"}
    assert not Delivery.objects.exclude(attempts=0).exists()
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == ["cms.sending.engine"]
    receipt.refresh_from_db()
    assert receipt.state == OutgoingEmail.State.QUEUED
    settings.DKIM_KEY_FILE = ""
    asking.resume(sending=sending, by=people[0], at=wall_clock())
    stage.let_time_pass()
    stage.send()
    assert set(stage.states(sending).values()) == {"accepted"}


def test_fault_after_the_hand_over_has_begun_is_uncertain_at_once(
    issue: NewsletterIssuePage, people: list[User], sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.readers("ann")
    sending = begun(issue, people)

    def stumble(*_arguments: object, **_keywords: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(transport.Connection, "hand_over", stumble)

    with pytest.raises(RuntimeError):
        stage.send()

    assert stage.states(sending) == {"ann": "uncertain"}


def test_leases_go_by_the_clock_of_the_database(
    issue: NewsletterIssuePage, people: list[User], sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.readers("ann")
    sending = begun(issue, people)
    # This machine is ahead of the others.
    monkeypatch.setattr(engine, "wall_clock", lambda: wall_clock() + timedelta(hours=1))
    marked = []

    def signed(message: bytes) -> bytes:
        marked.append(uncertain.mark())
        return message

    monkeypatch.setattr(dkim_signing, "signed", signed)
    stage.send()

    assert marked == [0]
    assert stage.states(sending) == {"ann": "accepted"}
    claimed_at = Delivery.objects.get().claimed_at
    assert claimed_at
    assert abs(claimed_at - wall_clock()) < timedelta(minutes=1)
