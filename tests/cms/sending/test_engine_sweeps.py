"""The worker begins what is due, holds what is late, sends in slices and leaves room in the queue for everything else."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils.timezone import now as wall_clock
from pytest_django import Settings

from cms import tasks
from cms.models import NewsletterIssuePage, Sending
from cms.sending import heartbeat, proofs
from organisation.models import User
from tests.cms.sending import sending_stage as stage
from tests.smtp_sink import Sink, running_sink


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[Sink]:
    with running_sink(tmp_path) as running:
        settings.EMAIL_URL = running.url
        yield running


def test_due_issue_is_published_frozen_and_sent(
    issue: NewsletterIssuePage, edith: User, adam: User, sink: Sink
) -> None:
    stage.readers("ann")
    stage.readers("bea", language="es")
    sending = stage.agreed(issue, [edith, adam])

    tasks.sweep()
    assert tasks.send_slice() == 2

    sending.refresh_from_db()
    issue.refresh_from_db()
    assert (sending.state, issue.live) == (Sending.State.DONE, True)
    assert len(sink.accepted()) == 2
    assert sorted(sending.variants.values_list("language", flat=True)) == ["en", "es"]
    assert b"We won." in sink.letters()[0]
    assert not heartbeat.is_late(heartbeat.last(at=wall_clock()), at=wall_clock())
    assert list(proofs.broken()) == []


def test_what_is_not_due_waits_and_what_is_late_is_held(
    issue: NewsletterIssuePage, edith: User, adam: User, sink: Sink
) -> None:
    stage.readers("ann")
    sending = stage.agreed(issue, [edith, adam], at=wall_clock() + timedelta(minutes=2))
    tasks.sweep()
    sending.refresh_from_db()
    assert sending.state == Sending.State.WAITING

    Sending.objects.update(due_at=wall_clock() - timedelta(hours=2))
    tasks.sweep()
    tasks.send_slice()

    sending.refresh_from_db()
    assert sending.state == Sending.State.HELD
    assert not sending.deliveries.exists()
    assert sink.accepted() == []


def test_letter_is_the_one_that_was_agreed_to_not_what_was_saved_since(
    issue: NewsletterIssuePage, edith: User, adam: User, sink: Sink
) -> None:
    stage.readers("ann")
    stage.agreed(issue, [edith, adam])
    issue.title = "Something else"
    issue.save_revision()

    tasks.sweep()
    tasks.send_slice()

    assert b"Subject: Newsletter 41" in sink.letters()[0]


def test_queue_keeps_a_worker_for_everything_else(committed_db: None, at_once: Callable[..., list[object]]) -> None:
    with tasks._place(1) as is_mine:
        (is_free_beside,) = at_once(_is_free)
    (is_free_later,) = at_once(_is_free)

    assert (is_mine, is_free_beside, is_free_later) == (True, False, True)


def _is_free() -> bool:
    with tasks._place(1) as is_free:
        return is_free
