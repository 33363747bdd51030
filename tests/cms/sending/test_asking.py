"""An issue leaves by two people's word, five minutes later, once."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cms.models import NewsletterIssuePage, Sending
from cms.sending import asking
from organisation.models import AuditEvent, User
from tests.cms.sending.conftest import Reader

pytestmark = pytest.mark.django_db
EVERYONE = Sending.To.EVERYONE


def test_two_people_and_five_minutes(
    issue: NewsletterIssuePage, agreed: Sending, edith: User, adam: User, now: datetime
) -> None:
    assert agreed.due_at == now + timedelta(minutes=5)
    with pytest.raises(asking.NotNow):
        asking.start(sending=agreed, at=now + timedelta(minutes=4))

    sending = asking.start(sending=agreed, at=now + timedelta(minutes=5))

    issue.refresh_from_db()
    assert issue.live
    assert sending.state == "sending"
    trail = AuditEvent.objects.filter(action__startswith="cms.sending").order_by("position")
    assert list(trail.values_list("action", "actor_id")) == [
        ("cms.sending_asked", edith.pk),
        ("cms.sending_waiting", adam.pk),
        ("cms.sending_sending", None),
    ]


def test_who_asks_does_not_agree(issue: NewsletterIssuePage, edith: User, now: datetime) -> None:
    sending = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now)

    with pytest.raises(asking.SamePerson):
        asking.agree(sending=sending, by=edith, seen=asking.asked_for(sending), at=now)
    with pytest.raises(IntegrityError, match="takes_two"), transaction.atomic():
        Sending.objects.filter(pk=sending.pk).update(state="waiting", agreed_by=edith, agreed_at=now, due_at=now)


def test_what_was_changed_must_be_asked_for_again(
    issue: NewsletterIssuePage, edith: User, adam: User, now: datetime
) -> None:
    sending = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now)
    issue.title = "Newsletter 41, again"
    issue.save_revision(user=edith)

    with pytest.raises(asking.ChangedSince):
        asking.agree(sending=sending, by=adam, seen=asking.asked_for(sending), at=now)
    asking.send_back(sending=sending, by=adam, note="Please ask again.", at=now)
    again = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now)

    assert again.pk == sending.pk
    assert asking.agree(sending=again, by=adam, seen=asking.asked_for(again), at=now).state == "waiting"


def test_a_schedule_is_kept_and_the_past_is_refused(
    issue: NewsletterIssuePage, edith: User, adam: User, now: datetime
) -> None:
    tomorrow = now + timedelta(days=1)
    with pytest.raises(asking.InThePast):
        asking.ask(issue=issue, by=edith, to=EVERYONE, not_before=now, at=now)

    sending = asking.ask(issue=issue, by=edith, to=EVERYONE, not_before=tomorrow, at=now)

    assert asking.agree(sending=sending, by=adam, seen=asking.asked_for(sending), at=now).due_at == tomorrow


def test_what_is_overdue_is_held_until_a_person_gives_a_time(agreed: Sending, edith: User, now: datetime) -> None:
    late = now + asking.GRACE + asking.LATEST
    with pytest.raises(asking.NotNow):
        asking.hold(sending=agreed, at=late)

    asking.hold(sending=agreed, at=late + timedelta(minutes=1))
    with pytest.raises(asking.NotNow):
        asking.start(sending=agreed, at=late + timedelta(minutes=2))
    released = asking.release(sending=agreed, by=edith, at=late)

    assert released.due_at == late + asking.GRACE


def test_called_back_until_the_first_letter_leaves(agreed: Sending, edith: User, now: datetime) -> None:
    back = asking.call_back(sending=agreed, by=edith, at=now + timedelta(minutes=4))

    assert (back.state, back.agreed_by, back.due_at) == ("returned", None, None)
    with pytest.raises(asking.NotNow):
        asking.start(sending=agreed, at=now + asking.GRACE)


def test_too_late_to_call_back_but_not_to_stop(agreed: Sending, reader: Reader, edith: User, now: datetime) -> None:
    reader("ann@example.org")
    sending = asking.start(sending=agreed, at=now + asking.GRACE)

    with pytest.raises(asking.TooLate):
        asking.call_back(sending=sending, by=edith, at=now + asking.GRACE)
    asking.pause(sending=sending, by=edith, at=now)
    asking.resume(sending=sending, by=edith, at=now)
    stopped = asking.stop(sending=sending, by=edith, at=now)

    assert stopped.state == "stopped"
    assert list(stopped.deliveries.values_list("state", "reason")) == [("left_out", "stopped")]
    with pytest.raises(asking.AlreadyAsked):
        asking.ask(issue=sending.issue, by=edith, to=EVERYONE, at=now)


def test_it_ends_when_no_letter_waits(agreed: Sending, reader: Reader, now: datetime) -> None:
    reader("ann@example.org")
    sending = asking.start(sending=agreed, at=now + asking.GRACE)

    assert not asking.finish(sending=sending, at=now)
    sending.deliveries.update(state="sending")
    assert not asking.finish(sending=sending, at=now)
    sending.deliveries.update(state="accepted")
    assert asking.finish(sending=sending, at=now)
    assert asking.finish(sending=sending, at=now)
