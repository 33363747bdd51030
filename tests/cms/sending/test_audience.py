"""Every reader has one row, and everybody who was meant is counted: sent to, or left out for a reason."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from moneyed import Money

from cms.models import Delivery, Sending, Subscriber, Topic
from cms.sending import asking, audience
from donations import offline
from donations.models import Donor, Method
from donations.offline import Entered
from ledger.models import Fund
from mail.models import Suppression
from organisation.models import LegalEntity, User
from tests.cms.sending.conftest import Reader

pytestmark = pytest.mark.django_db


def names(sending: Sending, state: str = "queued") -> set[str]:
    rows = sending.deliveries.filter(state=state, subscriber__isnull=False)
    return set(rows.values_list("subscriber__email", flat=True))


def reached(to: Sending.To, now: datetime, *, topics: list[Topic] | None = None, language: str = "") -> set[str]:
    return {each.email for each in audience.readers(to=to, topics=topics or [], language=language, at=now)}


def test_each_is_sent_to_or_left_out_for_a_reason(agreed: Sending, reader: Reader, now: datetime) -> None:
    reader("ann@Example.org")
    paused = reader("bea@example.org", paused_until=now.date() + timedelta(days=9))
    over = reader("cleo@example.org", paused_until=now.date())
    hurt = reader("dora@example.org")
    Suppression.objects.create(address_index=hurt.address_index, reason="bounced", source="test", since=now)
    reader("eve@example.org", state=Subscriber.State.PENDING, consented_at=None)
    reader("fran@example.org", state=Subscriber.State.LEFT, left_at=now)

    sending = asking.start(sending=agreed, at=now + asking.GRACE)

    assert names(sending) == {"ann@Example.org", over.email}
    assert names(sending, "left_out") == {paused.email, hurt.email}
    assert (sending.state, sending.selected, sending.chosen, sending.left_out) == ("sending", 4, 2, 2)
    assert sending.left_out_for == {"paused": 1, "suppressed": 1}
    assert set(sending.deliveries.values_list("domain", flat=True)) == {"example.org"}


def test_nobody_comes_in_later_and_nothing_is_frozen_twice(agreed: Sending, reader: Reader, now: datetime) -> None:
    ann = reader("ann@example.org")
    sending = asking.start(sending=agreed, at=now + asking.GRACE)
    reader("late@example.org")

    with pytest.raises(audience.AlreadyFrozen), transaction.atomic():
        audience.freeze(sending, at=now)
    with pytest.raises(IntegrityError, match="reaches_a_reader_once"), transaction.atomic():
        Delivery.objects.create(sending=sending, subscriber=ann, language="en", domain="x", due_at=now)
    with pytest.raises(IntegrityError, match="not changed"), transaction.atomic():
        Sending.objects.filter(pk=sending.pk).update(selected=2, chosen=2)

    assert names(sending) == {"ann@example.org"}


def test_who_is_erased_leaves_a_nameless_row(agreed: Sending, reader: Reader, now: datetime) -> None:
    ann = reader("ann@example.org")
    sending = asking.start(sending=agreed, at=now + asking.GRACE)

    ann.delete()

    row = sending.deliveries.get()
    assert (row.subscriber, row.state) == (None, "queued")


def test_topics_reach_who_wants_them_and_who_wants_everything(reader: Reader, now: datetime) -> None:
    wages, law = Topic.objects.create(name="Wages"), Topic.objects.create(name="Law")
    reader("all@example.org")
    reader("wages@example.org").topics.add(wages)
    reader("both@example.org").topics.add(wages, law)
    reader("law@example.org").topics.add(law)

    found = reached(Sending.To.TOPICS, now, topics=[wages])

    assert found == {"all@example.org", "wages@example.org", "both@example.org"}


def test_language_and_supporters(reader: Reader, given: Donor, now: datetime) -> None:
    reader("es@example.org", language="es")
    reader(given.email.upper())
    reader("ann@example.org")

    assert reached(Sending.To.EVERYONE, now, language="es") == {"es@example.org"}
    assert reached(Sending.To.SUPPORTERS, now) == {given.email.upper()}
    assert reached(Sending.To.SUPPORTERS, now, language="es") == set()


@pytest.fixture
def given(legal_entity: LegalEntity, aid_fund: Fund, fay: User, now: datetime) -> Donor:
    """Somebody who gave by cheque."""
    cheque = Entered(Method.CHEQUE, Money(50, "USD"), now.date(), aid_fund, name="Gil Example", email="gil@example.org")
    return offline.record(entered=cheque, by=fay, at=now).donor
