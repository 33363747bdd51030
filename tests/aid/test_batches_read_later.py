"""A list of declines is read before it is decided on, and can be read afterwards."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from aid import batches
from aid.models import DeclineBatch
from aid.reasons import DeclineReason
from organisation.models import Organisation, User
from tests.aid.conftest import sent_in
from tests.aid.desk_stage import page

pytestmark = pytest.mark.usefixtures("full_fund")


def made(*, by: User, at: datetime, number: int = 2) -> DeclineBatch:
    keys = [sent_in(at=at).pk for _ in range(number)]
    return batches.make(request_ids=keys, by=by, reason=DeclineReason.FUND_LOW, note="the fund\nis empty", at=at)


def shown(who: User, batch: DeclineBatch) -> str:
    return page(who, reverse("aid_batch", args=[batch.pk]))


def test_note_of_the_caseworker_stands_on_an_open_list(
    liferaft: Organisation, carl: User, ada: User, now: datetime
) -> None:
    assert "note</strong>:<br>the fund<br>is empty" in shown(ada, made(by=carl, at=now))


def test_decided_list_shows_its_rows_and_its_digest(
    liferaft: Organisation, carl: User, ada: User, now: datetime
) -> None:
    batch = made(by=carl, at=now)
    names = [review.request.case.short for review in batch.reviews.all()]
    seen = batches.digest_now(batch)
    batches.decide(batch_id=batch.pk, by=ada, seen=seen, agree=True, note="", at=now)

    body = shown(ada, batch)

    assert len(names) == 2
    assert [name for name in names if name not in body] == []
    assert seen.hex() in body
    assert "Agree to decline" not in body


def test_days_are_the_organisations(liferaft: Organisation, carl: User, ada: User) -> None:
    liferaft.time_zone = "Pacific/Auckland"
    liferaft.save()
    batch = made(by=carl, at=datetime(2026, 3, 10, 20, tzinfo=UTC))

    for body in (shown(ada, batch), page(ada, reverse("aid_batches"))):
        assert "March 11, 2026" in body
        assert "March 10, 2026" not in body
