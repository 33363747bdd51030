"""Each reader gets one letter, or is one row that says why not; and what a mail server answers decides which."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.utils.timezone import now as wall_clock
from pytest_django import Settings

from cms.models import Delivery, NewsletterIssuePage, Sending, Subscriber
from cms.readers import leave_links
from cms.sending import asking, engine, message_ids, proofs, results, uncertain
from mail import outbox, suppressing
from mail.models import OutgoingEmail, Pace, Suppression
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
    """Whatever happened, the letters add up."""
    yield
    assert list(proofs.broken()) == []


def recipients(sink: Sink) -> list[str]:
    return sorted(to.partition("@")[0] for _name, to in sink.accepted())


def test_each_reader_gets_their_own_letter_in_their_language(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers("ann")
    stage.readers("bea", language="es")
    sending = stage.begun(issue, people)

    assert stage.send() == 2

    assert stage.states(sending) == {"ann": "accepted", "bea": "accepted"}
    for raw in sink.letters():
        letter = message_from_bytes(raw, policy=policy.default)
        reader = Subscriber.objects.get(email=letter["To"])
        delivery = Delivery.objects.get(subscriber=reader)
        assert letter["Content-Language"] == reader.language
        assert message_ids.delivery_of(letter["Message-ID"]) == delivery.pk
        address = letter["List-Unsubscribe"].strip("<>")
        link = leave_links.read(address.rstrip("/").rpartition("/")[2])
        assert (link.key, link.delivery, link.is_of_head) == (reader.key, delivery.pk, True)
        (written,) = set(re.findall(r"/unsubscribe/([\w:-]+)/", raw.decode().partition("\r\n\r\n")[2]))
        link = leave_links.read(written)
        assert (link.key, link.delivery, link.is_of_head) == (reader.key, delivery.pk, False)
    sending.refresh_from_db()
    assert sending.state == Sending.State.DONE
    assert results.of(sending).adds_up


def test_who_left_paused_bounced_or_was_erased_meanwhile_gets_no_letter(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    ann, bea, cleo, dora, eve = stage.readers("ann", "bea", "cleo", "dora", "eve")
    sending = stage.begun(issue, people)
    Subscriber.objects.filter(pk=ann.pk).update(state="left", left_at=wall_clock())
    Subscriber.objects.filter(pk=bea.pk).update(paused_until=wall_clock().date() + timedelta(days=3))
    suppressing.suppress(email=cleo.email, reason=Suppression.Reason.BOUNCED, source="test", at=wall_clock())
    dora.delete()

    stage.send()

    assert stage.states(sending) == {
        "ann": "left",
        "bea": "paused",
        "cleo": "suppressed",
        "": "left",
        "eve": "accepted",
    }
    assert recipients(sink) == ["eve"]
    assert eve.deliveries.get().attempts == 1


def test_answers_of_the_mail_server_sort_the_letters(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers("unknown", "spam", "full", "ann", "lost", "bea", "cut", "cleo")
    stage.readers("busy", "zoe", domain="slow.example")
    sending = stage.begun(issue, people)

    stage.send()

    assert stage.states(sending) == {
        "unknown": "refused",
        "spam": "queued",
        "full": "queued",
        "busy": "queued",
        "zoe": "queued",
        "lost": "uncertain",
        "cut": "uncertain",
        **dict.fromkeys(["ann", "bea", "cleo"], "accepted"),
    }
    assert recipients(sink) == ["ann", "bea", "cleo", "lost"]
    assert Delivery.objects.get(subscriber__email__startswith="unknown").answer == "550 5.1.1 recipient refused"
    assert list(Pace.objects.filter(rests_until__gt=wall_clock()).values_list("domain", flat=True)) == ["slow.example"]

    Pace.objects.update(rests_until=None)
    stage.send()

    assert stage.states(sending)["zoe"] == "accepted"
    assert recipients(sink).count("lost") == 1
    assert Pace.objects.get().refusals == 0
    assert results.of(sending).adds_up


def test_after_many_temporary_refusals_a_letter_is_refused(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers("busy")
    sending = stage.begun(issue, people)

    for _attempt in range(14):
        assert stage.states(sending) == {"busy": "queued"}
        stage.let_time_pass()
        stage.send()

    assert stage.states(sending) == {"busy": "refused"}
    sending.refresh_from_db()
    assert sending.state == Sending.State.DONE


def test_pausing_stops_the_next_letter_and_resuming_goes_on(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers(*(f"reader{number}" for number in range(6)))
    sending = stage.begun(issue, people)
    looks = iter(range(100))

    def pause_in_the_middle() -> bool:
        if next(looks) == 3:
            asking.pause(sending=sending, by=people[0], at=wall_clock())
        return False

    engine.Worker().work(is_over=pause_in_the_middle)
    assert len(sink.accepted()) == 3
    assert stage.send() == 0

    asking.resume(sending=sending, by=people[0], at=wall_clock())
    assert stage.send() == 3
    assert len(set(sink.accepted())) == 6


def test_stopping_leaves_out_who_has_no_letter_yet(issue: NewsletterIssuePage, people: list[User], sink: Sink) -> None:
    stage.readers("ann", "bea")
    sending = stage.begun(issue, people)
    looks = iter(range(100))

    engine.Worker().work(is_over=lambda: next(looks) == 1)
    asking.stop(sending=sending, by=people[0], at=wall_clock())
    stage.send()

    assert stage.states(sending) == {"ann": "accepted", "bea": "stopped"}
    assert recipients(sink) == ["ann"]
    sending.refresh_from_db()
    assert results.of(sending).adds_up


def test_single_letters_go_first(issue: NewsletterIssuePage, people: list[User], sink: Sink) -> None:
    stage.readers("ann", "bea")
    stage.begun(issue, people)
    outbox.queue_ready(key="t:1", to="tess@mail.example", subject="Receipt", text="Thanks", at=wall_clock())

    stage.send()

    assert next(to.partition("@")[0] for _name, to in sink.accepted()) == "tess"
    assert OutgoingEmail.objects.get().state == OutgoingEmail.State.SENT
    assert len(sink.accepted()) == 3


def test_limits_a_minute_hold_for_all_and_for_each_domain(
    issue: NewsletterIssuePage, people: list[User], sink: Sink, settings: Settings
) -> None:
    settings.MAIL_PER_MINUTE, settings.MAIL_PER_DOMAIN_PER_MINUTE = 5, 2
    stage.readers("a1", "a2", "a3", "a4")
    stage.readers("b1", "b2", "b3", domain="b.example")
    stage.readers("c1", "c2", domain="c.example")
    sending = stage.begun(issue, people)

    stage.send()
    stage.send()

    # Should the minute end meanwhile, the next one has begun.
    assert sorted(to for _name, to in sink.accepted())[:5] == [
        "a1@mail.example",
        "a2@mail.example",
        "b1@b.example",
        "b2@b.example",
        "c1@c.example",
    ]
    assert "queued" in stage.states(sending).values()


def test_what_was_in_flight_when_a_worker_died_waits_for_a_person(
    issue: NewsletterIssuePage, people: list[User], sink: Sink
) -> None:
    stage.readers("ann", "bea", "cleo", "dora")
    sending = stage.begun(issue, people)
    Delivery.objects.exclude(subscriber__email__startswith="dora").update(
        state="sending", claimed_at=wall_clock() - timedelta(minutes=7), claimed_by="gone:1:0", attempts=1
    )

    assert uncertain.mark() == 3
    stage.send()

    assert recipients(sink) == ["dora"]
    ann, bea, cleo = (Delivery.objects.get(subscriber__email__startswith=name) for name in ("ann", "bea", "cleo"))
    uncertain.arrived(delivery=ann, by=people[0], at=wall_clock())
    uncertain.send_again(delivery=bea, by=people[0], at=wall_clock())
    uncertain.leave(delivery=cleo, by=people[0], at=wall_clock())
    with pytest.raises(uncertain.NotUncertain):
        uncertain.send_again(delivery=ann, by=people[0], at=wall_clock())
    stage.send()
    assert recipients(sink) == ["bea", "dora"]
    sending.refresh_from_db()
    assert results.of(sending).adds_up
    assert sending.state == Sending.State.DONE


def test_server_that_is_not_there_costs_nobody_an_attempt(
    issue: NewsletterIssuePage, people: list[User], settings: Settings
) -> None:
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    stage.readers("ann")
    sending = stage.begun(issue, people)

    stage.send()
    stage.send()

    assert stage.states(sending) == {"ann": "queued"}
    assert Delivery.objects.get().attempts == 0
    assert Pace.objects.get(domain="").refusals == 1
