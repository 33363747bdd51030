"""A suppressed address stays so, whoever asks and however often, until somebody lifts it with a reason."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from cms.models import subscribers
from mail import addresses, suppressing
from mail.models import Suppression
from organisation.models import AuditEvent, User

Reason = Suppression.Reason


def suppress(reason: Suppression.Reason, at: datetime, *, source: str = "webhook") -> None:
    suppressing.suppress(email="Ann@Mail.example", reason=reason, source=source, at=at)


@pytest.mark.django_db
def test_a_stronger_reason_stays_whatever_comes_after(now: datetime) -> None:
    for reason in (Reason.LEFT, Reason.COMPLAINED, Reason.BOUNCED, Reason.LEFT):
        suppress(reason, now)

    assert suppressing.reason_of("ann@mail.example ") == Reason.COMPLAINED
    assert Suppression.objects.count() == 1
    assert not suppressing.is_suppressed("otto@mail.example")


@pytest.mark.django_db
def test_the_list_knows_an_address_by_the_hash_that_suppresses_it() -> None:
    assert subscribers.address_index("Ann@mail.example") == addresses.index_of("ann@mail.example")


@pytest.mark.django_db
def test_nothing_of_an_address_is_kept(now: datetime) -> None:
    suppress(Reason.BOUNCED, now)

    kept = Suppression.objects.values().get()

    assert "ann" not in str({**kept, "address_index": bytes(kept["address_index"])}).lower()


@pytest.mark.django_db
def test_lifting_is_written_down_and_lifts_once(adam: User, now: datetime) -> None:
    suppress(Reason.BOUNCED, now)
    later = now + timedelta(days=1)

    lifted = [
        suppressing.lift(email="ann@mail.example", by=adam, reason="desk", note="Her server is back.", at=later)
        for _time in range(2)
    ]

    assert lifted == [True, False]
    assert not suppressing.is_suppressed("ann@mail.example")
    event = AuditEvent.objects.get(action="mail.suppression_lifted")
    assert (event.actor_id, event.reason) == (adam.pk, "desk")


@pytest.mark.usefixtures("committed_db")
def test_two_at_once_leave_one_row_with_the_stronger_reason(
    at_once: Callable[..., list[object]], now: datetime
) -> None:
    for _round in range(5):
        outcomes = at_once(*[lambda reason=reason: suppress(reason, now) for reason in (*Reason, *Reason)])

        assert outcomes == [None] * 6
        assert Suppression.objects.get().reason == Reason.COMPLAINED
        lifted = at_once(*[lambda: suppressing.lift(email="ann@mail.example", by=None, reason="confirmed", at=now)] * 2)
        assert sorted(map(str, lifted)) == ["False", "True"]
