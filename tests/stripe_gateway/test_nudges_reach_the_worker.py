"""What was stored is soon worked through, and one nudge serves for what comes together."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import OrmQ

from stripe_gateway import inbox, tasks
from stripe_gateway.models import StripeEvent
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import dumped, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _handlers(settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.COUNTS"


def nudges() -> list[str]:
    return [message.func() for message in OrmQ.objects.order_by("pk")]


def test_stored_event_nudges_the_worker(client: Client) -> None:
    post(client, dumped(), SECRET)

    assert nudges() == ["stripe_gateway.tasks.process_due"]


def test_events_that_come_together_share_a_nudge_that_starts_after_them(client: Client) -> None:
    began = timezone.now()
    post(client, dumped(id="evt_0"), SECRET)
    caches["default"].touch("nudge_is_under_way:stripe_gateway.tasks.process_due", 60)  # However slow this machine is.
    for number in range(1, 5):
        post(client, dumped(id=f"evt_{number}"), SECRET)

    assert OrmQ.objects.get().lock >= began + timedelta(seconds=0.25)


def test_no_worker_takes_a_nudge_up_before_its_time_and_any_worker_after(client: Client) -> None:
    post(client, dumped(), SECRET)
    OrmQ.objects.update(lock=timezone.now() + timedelta(seconds=60))
    early = get_broker().dequeue()
    OrmQ.objects.update(lock=timezone.now() - timedelta(seconds=1))

    assert not early
    assert len(get_broker().dequeue()) == 1


def test_repeated_and_unneeded_events_nudge_nobody(client: Client) -> None:
    post(client, dumped(type="price.created"), SECRET)
    assert nudges() == []

    post(client, dumped(id="evt_2"), SECRET)
    caches["default"].clear()
    post(client, dumped(id="evt_2"), SECRET)

    assert len(nudges()) == 1


def test_when_a_nudge_has_been_taken_up_the_next_event_sends_another(client: Client) -> None:
    post(client, dumped(id="evt_1"), SECRET)
    caches["default"].clear()  # as time does

    post(client, dumped(id="evt_2"), SECRET)

    assert len(nudges()) == 2


def test_lost_nudge_loses_nothing(client: Client) -> None:
    post(client, dumped(), SECRET)
    OrmQ.objects.all().delete()

    tasks.sweep()

    assert StripeEvent.objects.get().state == "done"


def test_slice_that_ends_too_early_asks_for_the_next(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        post(client, dumped(id=f"evt_{number}"), SECRET)
    OrmQ.objects.all().delete()
    caches["default"].clear()  # The nudge was taken up.
    monkeypatch.setattr(tasks, "wall_clock", clock_that_runs(minutes=1))

    assert tasks.process_due() == 1
    assert nudges() == ["stripe_gateway.tasks.process_due"]


def clock_that_runs(*, minutes: int) -> Callable[[], datetime]:
    """A clock that is so much later each time that somebody looks."""
    times = iter(timezone.now() + timedelta(minutes=minutes * step) for step in range(1000))
    return lambda: next(times)


def test_all_failed_events_are_tried_again_at_once(client: Client, settings: Any) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    for number in range(3):
        post(client, dumped(id=f"evt_{number}"), SECRET)
    post(client, dumped(id="evt_unneeded", type="price.created"), SECRET)
    tasks.process_due()
    assert StripeEvent.objects.filter(state="failed").count() == 3
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.COUNTS"

    assert inbox.try_all_again(timezone.now()) == 3
    tasks.process_due()

    assert StripeEvent.objects.filter(state="done").count() == 3
    assert StripeEvent.objects.get(event_id="evt_unneeded").state == "ignored"
    assert inbox.try_all_again(timezone.now()) == 0
