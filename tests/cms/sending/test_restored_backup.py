"""A database that is a backup of earlier does not know what left since: nothing goes on in it by itself."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now as wall_clock

from cms.models import NewsletterIssuePage, Sending
from cms.sending import asking, engine, heartbeat, sweeping
from organisation.models import User
from tests.cms.sending import sending_stage as stage

State = Sending.State


@pytest.fixture
def sending(issue: NewsletterIssuePage, edith: User, adam: User) -> Sending:
    stage.readers("ann")
    return stage.begun(issue, [edith, adam])


def looked(ago: timedelta) -> None:
    """The worker looked so long ago."""
    heartbeat.beat()
    caches["shared"].set(heartbeat._KEY, int((wall_clock() - ago).timestamp()))


def test_command_puts_off_what_is_under_way(sending: Sending, adam: User, client: Client) -> None:
    told = StringIO()

    call_command("hold_sendings", stdout=told)
    call_command("hold_sendings", stdout=told)

    sending.refresh_from_db()
    assert (sending.state, engine.under_way()) == (State.PAUSED, [])
    assert told.getvalue().count("nothing leaves by itself any more") == 1
    client.force_login(adam)
    shown = client.get(reverse("cms_sending", args=[sending.issue_id]))
    assert "a backup was restored" in shown.content.decode()
    asking.resume(sending=sending, by=adam, at=wall_clock())
    sweeping.sweep(at=wall_clock())
    assert engine.under_way() == [sending]


def test_command_puts_off_what_waits(issue: NewsletterIssuePage, edith: User, adam: User) -> None:
    sending = stage.agreed(issue, [edith, adam])

    call_command("hold_sendings", stdout=StringIO())
    sweeping.sweep(at=wall_clock())

    sending.refresh_from_db()
    assert sending.state == State.HELD


@pytest.mark.parametrize(("ago", "goes_on"), [(timedelta(minutes=50), True), (timedelta(minutes=70), False)])
def test_what_the_worker_left_alone_for_long_does_not_go_on_by_itself(
    sending: Sending, ago: timedelta, goes_on: bool
) -> None:
    looked(ago)

    # Also for who sends before the first sweep.
    assert bool(engine.under_way()) is goes_on
    sweeping.sweep(at=wall_clock())

    sending.refresh_from_db()
    assert sending.state == (State.SENDING if goes_on else State.PAUSED)
    assert bool(engine.under_way()) is goes_on


def test_backup_of_long_ago_that_remembers_no_look_does_not_go_on(sending: Sending) -> None:
    caches["shared"].delete(heartbeat._KEY)
    later = wall_clock() + timedelta(hours=2)

    sweeping.sweep(at=later)

    sending.refresh_from_db()
    assert sending.state == State.PAUSED
