"""Letters whose day has come: a change that is done, a card that expires, a year that is full. Each goes once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from moneyed import Money

from donations import occasions, tasks
from donations.models import Donor, Refund, Subscription, SubscriptionChange
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, Organisation
from tests.donations.letters_stage import BEGAN, Supporters, letters, pay, the_letter

ANNIVERSARY = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def supporters(aid_fund: Fund, legal_entity: LegalEntity) -> Supporters:
    return Supporters(aid_fund)


def _change(subscription: Subscription, kind: str, at: datetime, **wish: object) -> SubscriptionChange:
    return SubscriptionChange.objects.create(
        subscription=subscription,
        kind=kind,
        asked_at=at - timedelta(minutes=2),
        heard_at=at - timedelta(minutes=2),
        **wish,
    )


# Changes


def test_change_is_confirmed_once_stripe_has_it_and_names_what_it_is_now(supporters: Supporters, now: datetime) -> None:
    ann = supporters()
    _change(ann, "terms", now, amount_minor=6000, interval="quarter")

    assert occasions.tell_changes(at=now) == 0
    Subscription.objects.filter(pk=ann.pk).update(amount_minor=6000, interval="quarter")
    assert occasions.tell_changes(at=now) == 1
    assert occasions.tell_changes(at=now) == 0

    letter = the_letter("gift-changed:")
    assert letter.subject == "Your gift is now $60.00 every three months"
    assert "for “Mutual aid” is changed: from the next payment on it is $60.00 every three months." in letter.text
    assert "The next payment is on April 10, 2026." in letter.text


@pytest.mark.parametrize(
    ("kind", "until", "said", "next_on"),
    [
        ("pause", datetime(2026, 6, 1, tzinfo=UTC), "is paused until May 31, 2026.", "June 10, 2026"),
        ("skip", datetime(2026, 4, 11, 4, 0, tzinfo=UTC), "is left out; then it goes on by itself.", "May 10, 2026"),
    ],
)
def test_pause_and_skip_say_when_the_next_payment_is(
    supporters: Supporters, now: datetime, kind: str, until: datetime, said: str, next_on: str
) -> None:
    ann = supporters()
    _change(ann, kind, now, until=until)
    Subscription.objects.filter(pk=ann.pk).update(paused_until=until)

    occasions.tell_changes(at=now)

    letter = the_letter("gift-changed:")
    assert said in letter.text
    assert f"The next payment is on {next_on}." in letter.text


def test_who_changes_their_mind_is_told_only_what_is_true_now(supporters: Supporters, now: datetime) -> None:
    ann = supporters()
    _change(ann, "pause", now, until=datetime(2026, 6, 1, tzinfo=UTC))
    last = _change(ann, "resume", now)

    assert occasions.tell_changes(at=now) == 1

    assert the_letter("gift-changed:").key == f"gift-changed:{ann.reference}:{last.pk}"


def test_new_card_of_a_failing_gift_says_that_one_payment_is_open(supporters: Supporters, now: datetime) -> None:
    _change(supporters(state="past_due"), "card", now, payment_method_id="pm_2")

    occasions.tell_changes(at=now)

    letter = the_letter("gift-changed:")
    assert "From now on your new card is charged" in letter.text
    assert "One payment is still open." in letter.text


def test_what_stripe_has_not_heard_refused_or_heard_long_ago_is_not_confirmed(
    supporters: Supporters, now: datetime
) -> None:
    ann = supporters()
    SubscriptionChange.objects.create(subscription=ann, kind="resume", asked_at=now)
    SubscriptionChange.objects.create(subscription=ann, kind="resume", asked_at=now, refused_at=now, refusal="no")
    _change(ann, "resume", now - timedelta(days=4))

    assert occasions.tell_changes(at=now) == 0


# Cards


def test_card_that_expires_before_the_next_payment_is_told_once(supporters: Supporters) -> None:
    supporters(card_expires_on=date(2026, 3, 31))
    first, later = datetime(2026, 3, 11, 17, 0, tzinfo=UTC), datetime(2026, 3, 12, 16, 0, tzinfo=UTC)

    assert occasions.remind_of_expiring_cards(at=first - timedelta(days=1)) == 0
    assert occasions.remind_of_expiring_cards(at=first) == 1
    assert occasions.remind_of_expiring_cards(at=later) == 0

    letter = the_letter("card-expires:")
    assert letter.subject == "The card for your gift of $25.00 every month expires"
    assert "Visa ending in 4242, is good until March 31, 2026 only" in letter.text
    assert "on April 10, 2026" in letter.text


def test_another_card_that_expires_is_told_again(supporters: Supporters) -> None:
    ann, at = supporters(card_expires_on=date(2026, 3, 31)), datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
    occasions.remind_of_expiring_cards(at=at)

    Subscription.objects.filter(pk=ann.pk).update(card_last4="1881")
    occasions.remind_of_expiring_cards(at=at)

    assert len(letters("card-expires:")) == 2


@pytest.mark.parametrize(
    ("zone", "is_too_late"), [("America/New_York", False), ("Europe/Berlin", True), ("Pacific/Auckland", True)]
)
def test_the_cards_last_day_is_measured_where_the_organisation_is(
    supporters: Supporters, liferaft: Organisation, zone: str, is_too_late: bool
) -> None:
    Organisation.objects.update(time_zone=zone)
    due = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    supporters(card_expires_on=date(2026, 3, 31), paid_until=due)

    assert occasions.remind_of_expiring_cards(at=due - timedelta(days=2)) == is_too_late


@pytest.mark.parametrize(
    "facts",
    [
        {"card_expires_on": date(2026, 4, 30)},
        {"card_expires_on": None},
        {"card_expires_on": date(2026, 3, 31), "state": "past_due"},
        {"card_expires_on": date(2026, 3, 31), "state": "canceled", "ended_at": ANNIVERSARY},
        {"card_expires_on": date(2026, 3, 31), "paused_until": datetime(2026, 9, 1, tzinfo=UTC)},
    ],
)
def test_nobody_is_reminded_of_a_card_without_need(supporters: Supporters, facts: dict[str, Any]) -> None:
    supporters(**facts)

    assert occasions.remind_of_expiring_cards(at=datetime(2026, 4, 1, 16, 0, tzinfo=UTC)) == 0


# The year


def test_a_year_is_summed_up_on_its_day_less_what_went_back(supporters: Supporters) -> None:
    ann = supporters()
    payments = [pay(ann, BEGAN + timedelta(days=30 * month)) for month in range(12)]
    Refund.objects.create(
        payment=payments[3],
        state="succeeded",
        amount_minor=500,
        currency="USD",
        reason="asked",
        asked_at=ANNIVERSARY,
        ledger_transaction=payments[4].ledger_transaction,
    )

    assert occasions.look_back(at=ANNIVERSARY - timedelta(days=1)) == 0
    assert occasions.look_back(at=ANNIVERSARY) == 1
    assert occasions.look_back(at=ANNIVERSARY + timedelta(days=1)) == 0
    assert occasions.look_back(at=ANNIVERSARY + timedelta(days=30)) == 0

    letter = the_letter("look-back:")
    assert letter.subject == "A year of giving to “Mutual aid”: $295.00"
    assert "From March 10, 2025 to March 9, 2026" in letter.text
    assert "came to $295.00, in 12 payments" in letter.text
    assert "in all" not in letter.text
    assert "/books/" in letter.text


def test_the_second_year_says_what_it_is_in_all(supporters: Supporters) -> None:
    ann = supporters()
    pay(ann, BEGAN)
    pay(ann, BEGAN + timedelta(days=400))

    occasions.look_back(at=datetime(2027, 3, 10, 16, 0, tzinfo=UTC))

    assert "Since it began on March 10, 2025 it is $50.00 in all." in the_letter("look-back:").text


def test_it_tells_nothing_of_others_however_many_they_are(supporters: Supporters) -> None:
    """Two letters of different days would differ by one gift, or by what one worker was paid."""
    for gift in [supporters(f"donor{number}@example.org") for number in range(12)]:
        pay(gift, BEGAN)

    assert occasions.look_back(at=ANNIVERSARY) == 12

    assert all("300" not in letter.text and "people" not in letter.text for letter in letters("look-back:"))


def test_the_day_is_the_organisations_and_the_29th_of_february_has_one(supporters: Supporters) -> None:
    began = datetime(2024, 3, 1, 4, 30, tzinfo=UTC)  # Still the 29th in New York.
    pay(supporters(started_at=began, paid_until=datetime(2025, 3, 29, tzinfo=UTC)), began)

    assert occasions.look_back(at=datetime(2025, 2, 27, 16, 0, tzinfo=UTC)) == 0
    assert occasions.look_back(at=datetime(2025, 2, 28, 16, 0, tzinfo=UTC)) == 1
    assert occasions.look_back(at=datetime(2025, 3, 1, 16, 0, tzinfo=UTC)) == 0


def test_who_has_no_address_or_has_stopped_gets_none_and_nothing_crashes(supporters: Supporters, now: datetime) -> None:
    offline = supporters("", "Otto Offline", card_expires_on=date(2026, 3, 31))
    stopped = supporters(card_expires_on=date(2026, 3, 31))
    SubscriptionChange.objects.create(subscription=stopped, kind="stop", asked_at=now)
    pay(offline, BEGAN)
    pay(stopped, BEGAN)
    _change(offline, "resume", now)

    for day in range(0, 40, 3):
        at = now + timedelta(days=day)
        assert (
            occasions.look_back(at=at) + occasions.tell_changes(at=at) + occasions.remind_of_expiring_cards(at=at) == 0
        )
    tasks.sweep()

    assert not OutgoingEmail.objects.exclude(key__startswith="receipt:").exists()


def test_letters_follow_who_was_merged_into_another(supporters: Supporters) -> None:
    ann = supporters("old@example.org", card_expires_on=date(2026, 3, 31))
    kept = Donor.objects.create(email="new@example.org", name="Ann", since=BEGAN)
    Donor.objects.filter(pk=ann.donor_id).update(merged_into=kept)

    occasions.remind_of_expiring_cards(at=datetime(2026, 4, 1, 16, 0, tzinfo=UTC))

    assert the_letter("card-expires:").recipient == "new@example.org"


def test_two_workers_at_once_write_one_letter(committed_db: None, at_once: Callable[..., list[object]]) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    supporters = Supporters(Fund.objects.create(slug="aid", name="Mutual aid"))
    for number in range(5):
        supporters(f"donor{number}@example.org", card_expires_on=date(2026, 3, 31))
    at = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)

    at_once(*[lambda: occasions.remind_of_expiring_cards(at=at)] * 3)

    assert len(letters("card-expires:")) == 5


def test_nothing_due_costs_a_few_queries(
    supporters: Supporters, now: datetime, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(20):
        supporters(f"donor{number}@example.org")

    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]  # a context manager
        tasks.write_letters()


def test_money_of_another_currency_is_named_as_it_was_given(supporters: Supporters) -> None:
    ann = supporters(card_expires_on=date(2026, 3, 31), currency="EUR")

    occasions.remind_of_expiring_cards(at=datetime(2026, 4, 1, 16, 0, tzinfo=UTC))

    assert ann.amount == Money(25, "EUR")
    assert "€25.00 every month" in the_letter("card-expires:").subject
