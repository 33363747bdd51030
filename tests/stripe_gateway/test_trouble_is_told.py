"""Somebody hears of it when Stripe falls silent, and when we give an event up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import Organisation, User
from stripe_gateway import inbox, silence
from stripe_gateway.models import StripeEvent
from tests.stripe_gateway.conftest import SECRET
from tests.stripe_gateway.recorded import dumped, post

LAST = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def came(*before_the_last: timedelta, livemode: bool = False) -> None:
    """Let events have come so long before the last one."""
    for number, pause in enumerate(sorted([*before_the_last, timedelta()], reverse=True)):
        StripeEvent.objects.create(
            event_id=f"evt_{livemode}_{number}",
            type="invoice.paid",
            livemode=livemode,
            created_at=LAST - pause,
            received_at=LAST - pause,
            state=StripeEvent.State.IGNORED,
        )


def every(pause: timedelta, *, over: timedelta) -> list[timedelta]:
    return [pause * step for step in range(1, over // pause + 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "usual"),
    [
        pytest.param(
            every(timedelta(minutes=5), over=32 * DAY), HOUR, id="large: every five minutes, at least an hour"
        ),
        pytest.param(every(8 * HOUR, over=40 * DAY), 16 * HOUR, id="middling: each night is quiet"),
        pytest.param([*every(DAY, over=10 * DAY), 13 * DAY, 35 * DAY], 44 * DAY, id="small: a pause of 22 days"),
        pytest.param([31 * DAY, 31 * DAY + HOUR], 62 * DAY, id="on one day of the month"),
        pytest.param([40 * DAY], 80 * DAY, id="hardly ever"),
        pytest.param(every(timedelta(minutes=1), over=3 * HOUR), 6 * DAY, id="new: a busy first afternoon"),
        pytest.param([], 6 * DAY, id="new: one event"),
        pytest.param([10 * DAY], 20 * DAY, id="new: a pause already"),
    ],
)
def test_usual_is_twice_the_longest_pause_of_the_last_month(before: Sequence[timedelta], usual: timedelta) -> None:
    came(*before)

    assert silence.state(LAST + usual) == silence.Silence(LAST, usual, is_alarming=False)
    assert silence.state(LAST + usual + timedelta(seconds=1)).is_alarming
    assert silence.state(LAST + 10 * usual) == silence.Silence(LAST, usual, is_alarming=True)


@pytest.mark.django_db
def test_pause_of_the_month_before_last_is_forgotten() -> None:
    came(*every(DAY, over=31 * DAY), 60 * DAY)

    assert silence.state(LAST).usual == 2 * DAY


def test_who_has_never_had_an_event_is_not_alarmed(db: None, adam: User) -> None:
    assert silence.state(LAST) == silence.Silence(None, None, is_alarming=False)

    silence.check(at=LAST)

    assert not OutgoingEmail.objects.exists()


@pytest.mark.django_db
def test_test_events_say_nothing_about_live_ones(settings: Any) -> None:
    came(*every(HOUR, over=40 * DAY))
    settings.STRIPE_LIVEMODE = True

    assert silence.state(LAST + 30 * DAY) == silence.Silence(None, None, is_alarming=False)


def test_silence_is_told_once_to_fundraisers_and_administrators(
    liferaft: Organisation, fay: User, adam: User, tess: User, otto: User
) -> None:
    came(*every(8 * HOUR, over=40 * DAY))

    for minutes in (0, 30, 16 * 60, 16 * 60 + 1, 16 * 60 + 2, 17 * 60, 10_000):
        silence.check(at=LAST + timedelta(minutes=minutes))

    letters = OutgoingEmail.objects.order_by("pk")
    assert sorted(letter.recipient for letter in letters) == [adam.email, fay.email]
    assert letters[0].subject == "Nothing has come from Stripe for longer than usual"
    assert "March 10, 2026, 4 p.m. (UTC)" in letters[0].text
    assert "/staff/" in letters[0].text
    assert "/staff/" in letters[0].html


def test_next_silence_is_told_again(liferaft: Organisation, fay: User) -> None:
    came(*every(8 * HOUR, over=40 * DAY))
    silence.check(at=LAST + DAY)
    StripeEvent.objects.create(
        event_id="evt_back",
        type="invoice.paid",
        livemode=False,
        created_at=LAST + DAY,
        received_at=LAST + DAY,
        state=StripeEvent.State.IGNORED,
    )
    silence.check(at=LAST + 2 * DAY)
    assert OutgoingEmail.objects.count() == 1

    silence.check(at=LAST + 4 * DAY)

    assert OutgoingEmail.objects.count() == 2


def give_up(at: datetime) -> StripeEvent:
    """Let the worker fail until it no longer tries by itself."""
    while inbox.process_next(at=at):
        at += timedelta(hours=13)
    return StripeEvent.objects.get()


def test_event_that_is_given_up_is_told_once_to_every_fundraiser(
    client: Client, liferaft: Organisation, aid_fund: Fund, settings: Any, now: datetime, fay: User, adam: User
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    post(client, dumped(), SECRET)
    later = now + timedelta(days=3650)
    event = give_up(later)
    assert (event.state, event.due_at) == ("failed", None)

    letter = OutgoingEmail.objects.get()
    assert (letter.recipient, letter.subject) == (fay.email, "An event from Stripe needs you: test.thing")
    for words in ("evt_1", "thing_1", "ValueError", "15 times", "/staff/"):
        assert words in letter.text
        assert words in letter.html
    assert "ann@example.org" not in letter.text + letter.html

    inbox.try_again(event, at=later)
    give_up(later)
    assert OutgoingEmail.objects.count() == 1


def test_without_a_fundraiser_the_administrators_hear_of_it(
    client: Client, liferaft: Organisation, aid_fund: Fund, settings: Any, now: datetime, adam: User
) -> None:
    settings.STRIPE_HANDLERS = "tests.stripe_gateway.recorded.FAILS"
    post(client, dumped(), SECRET)

    give_up(now + timedelta(days=3650))

    assert OutgoingEmail.objects.get().recipient == adam.email
