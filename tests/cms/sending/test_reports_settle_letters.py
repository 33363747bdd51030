"""What is said of a letter later settles its delivery, and whose letters do not arrive or are unwanted gets no more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cms.models import ConsentRecord, Delivery, Sending, Subscriber
from cms.readers import lifting
from cms.sending import asking, message_ids, reports
from mail import reports as mail_reports
from mail import suppressing
from mail.models import MailReport, Suppression
from organisation.models import User

Kind, State = MailReport.Kind, Delivery.State


@pytest.fixture
def delivery(agreed: Sending, reader: Callable[..., Subscriber], now: datetime) -> Delivery:
    """Ann's letter, being handed over; Rosa's waits."""
    for name in ("ann", "rosa"):
        reader(f"{name}@mail.example")
    asking.start(sending=agreed, at=now + asking.GRACE)
    letter = Delivery.objects.get(subscriber__email="ann@mail.example")
    move(letter, State.SENDING, claimed_at=now)
    return letter


def move(delivery: Delivery, state: str, **changes: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **changes)


def tell(
    at: datetime,
    *,
    delivery: Delivery | None = None,
    kind: MailReport.Kind = Kind.BOUNCED,
    status: str = "5.1.1",
    email: str = "",
    key: str = "1",
    source: str = "webhook:postmark",
) -> None:
    message_id = message_ids.message_id(delivery.pk) if delivery else ""
    said = mail_reports.Said(key, kind, "" if kind == Kind.COMPLAINED else status, message_id, email, source)
    mail_reports.keep([said], at=at)


def ann() -> Subscriber:
    return Subscriber.objects.get(email="ann@mail.example")


def test_bounce_waits_for_the_worker_then_ends_the_subscription_once(delivery: Delivery, now: datetime) -> None:
    tell(now, delivery=delivery)

    assert reports.take(at=now) == 0
    move(delivery, State.ACCEPTED, settled_at=now)
    assert [reports.take(at=now), reports.take(at=now)] == [1, 0]

    delivery.refresh_from_db()
    assert (delivery.state, ann().state, ann().left_by) == (State.BOUNCED, "left", "bounced")
    assert suppressing.reason_of("ann@mail.example") == Suppression.Reason.BOUNCED
    assert [*ConsentRecord.objects.values_list("what", "how")] == [("left", "bounced")]
    assert Subscriber.objects.get(email="rosa@mail.example").state == "active"


def test_complaint_goes_over_a_bounce_and_not_the_other_way_round(delivery: Delivery, now: datetime) -> None:
    move(delivery, State.UNCERTAIN)
    for key, kind in [("1", Kind.DELAYED), ("2", Kind.BOUNCED), ("3", Kind.COMPLAINED), ("4", Kind.BOUNCED)]:
        tell(now, delivery=delivery, kind=kind, key=key)

    assert reports.take(at=now) == 4

    delivery.refresh_from_db()
    assert (delivery.state, delivery.settled_at) == (State.COMPLAINED, now)
    assert (ann().left_by, suppressing.reason_of("ann@mail.example")) == ("bounced", Suppression.Reason.COMPLAINED)


def test_complaint_in_the_mailbox_ends_the_letters_and_shuts_no_door(delivery: Delivery, now: datetime) -> None:
    move(delivery, State.ACCEPTED, settled_at=now)
    tell(now, delivery=delivery, kind=Kind.COMPLAINED, source="mailbox")

    assert reports.take(at=now) == 1

    delivery.refresh_from_db()
    assert (delivery.state, ann().state, ann().left_by) == (State.COMPLAINED, "left", "complained")
    assert not Suppression.objects.exists()


def test_service_that_names_no_letter_means_the_last_one_of_that_address(delivery: Delivery, now: datetime) -> None:
    move(delivery, State.ACCEPTED, settled_at=now)
    tell(now, email="ANN@mail.example", kind=Kind.COMPLAINED)
    tell(now, email="nobody@mail.example", key="2")
    # The letter's reader is not whom the report is about.
    tell(
        now, delivery=Delivery.objects.get(subscriber__email="rosa@mail.example"), email="nobody@mail.example", key="3"
    )

    assert reports.take(at=now) == 3

    delivery.refresh_from_db()
    assert (delivery.state, ann().left_by) == (State.COMPLAINED, "complained")
    assert Subscriber.objects.get(email="rosa@mail.example").state == "active"


def test_bounce_that_was_lifted_before_the_worker_came_ends_nothing(
    delivery: Delivery, adam: User, now: datetime
) -> None:
    move(delivery, State.ACCEPTED, settled_at=now)
    tell(now, delivery=delivery, email="ann@mail.example")
    lifting.lift(email="ann@mail.example", by=adam, note="she called", at=now)

    assert reports.take(at=now) == 1

    delivery.refresh_from_db()
    assert (delivery.state, ann().state) == (State.BOUNCED, "active")
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(("days", "left"), [(10, "left"), (5, "active")])
def test_only_letters_that_come_back_for_weeks_end_a_subscription_without_a_dead_address(
    delivery: Delivery, now: datetime, days: int, left: str
) -> None:
    move(delivery, State.ACCEPTED, settled_at=now)
    earlier = [several(delivery, now - timedelta(days=days * number)) for number in range(1, 5)]
    for letter in earlier[1:]:
        move(letter, State.BOUNCED)

    tell(now, delivery=delivery, status="4.2.2")
    reports.take(at=now)
    one_arrived = ann().state
    move(earlier[0], State.BOUNCED)
    tell(now, delivery=delivery, status="4.2.2", key="2")
    reports.take(at=now)

    assert (one_arrived, ann().state) == ("active", left)
    assert suppressing.is_suppressed("ann@mail.example") == (left == "left")


def several(delivery: Delivery, at: datetime) -> Delivery:
    """A letter of an earlier issue to the same reader."""
    issue = delivery.sending.issue.get_parent().specific
    page = type(delivery.sending.issue)(title="Earlier", number=at.toordinal() % 1000, date=at.date(), live=False)
    issue.add_child(instance=page)
    page.save_revision()
    page.refresh_from_db()
    first = delivery.sending
    sending = Sending.objects.create(
        issue=page, revision_at=at, asked_by=first.asked_by, asked_at=at, state=Sending.State.ASKED
    )
    return Delivery.objects.create(
        sending=sending,
        subscriber=delivery.subscriber,
        language="en",
        domain="mail.example",
        state=State.ACCEPTED,
        due_at=at,
        settled_at=at,
    )


@pytest.mark.parametrize(
    ("answer", "is_dead"),
    [
        ("550 5.1.1 recipient refused", True),
        ("554 5.7.1 recipient refused", False),
        ("554 5.5.0 letter refused, 3 times", False),
        ("550 5.1.1 letter refused", False),
    ],
)
def test_only_what_is_said_of_the_address_at_the_door_ends_a_subscription(
    delivery: Delivery, now: datetime, answer: str, is_dead: bool
) -> None:
    move(delivery, State.REFUSED, settled_at=now, answer=answer)

    assert [reports.take(at=now + timedelta(minutes=minute)) for minute in (1, 2)] == [int(is_dead), 0]

    delivery.refresh_from_db()
    assert (delivery.state, ann().state) == (State.REFUSED, "left" if is_dead else "active")
    assert (MailReport.objects.count(), Suppression.objects.count()) == (int(is_dead), int(is_dead))


def test_reader_who_was_erased_meanwhile_is_not_looked_for(delivery: Delivery, now: datetime) -> None:
    move(delivery, State.ACCEPTED, settled_at=now)
    ann().delete()
    tell(now, delivery=delivery)

    assert reports.take(at=now) == 1

    delivery.refresh_from_db()
    assert delivery.state == State.BOUNCED
    assert not Suppression.objects.exists()


def test_two_workers_conclude_once(
    committed_db: None, reader: Callable[..., Subscriber], now: datetime, at_once: Callable[..., list[object]]
) -> None:
    reader("ann@mail.example")
    for number in range(6):
        tell(now, email="ann@mail.example", key=str(number))

    done = at_once(*[lambda: reports.take(at=now)] * 3)

    assert sum(int(str(each)) for each in done) == 6
    assert (ann().state, ConsentRecord.objects.count(), Suppression.objects.count()) == ("left", 1, 1)
