"""What is kept has a floor below which nobody goes: not for those who looked, were paid, or may still appeal."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aid import erasing, opening, retention
from aid.classes import DEFAULT_DAYS, FLOOR_DAYS, DataClass
from aid.models import AidRequest, Case, RetentionRule, Reveal, TaxRecord
from aid.reasons import Detail, OpenReason
from aid.statuses import Status
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


@pytest.mark.parametrize(
    ("data_class", "floor"),
    [
        (DataClass.DRAFT, 1),
        (DataClass.ATTACHMENT, 7),
        (DataClass.IDENTITY, 30),
        (DataClass.STORY, 30),
        (DataClass.TAX, DEFAULT_DAYS[DataClass.TAX]),
        (DataClass.ACCESS, DEFAULT_DAYS[DataClass.ACCESS]),
    ],
)
def test_each_class_is_kept_at_least_for_its_floor(
    reach: Reach, stella: User, now: datetime, client: Client, data_class: DataClass, floor: int
) -> None:
    client.force_login(stella)
    address = reverse("aid_retention_change", args=[data_class])

    answer = client.post(address, {"days": str(floor - 1), "is_sure": "on"})
    with pytest.raises(retention.NoSuchTime):
        retention.change(data_class=data_class, days=floor - 1, by=stella, at=now)

    assert answer.status_code == 422
    assert f"at least {floor} day" in answer.content.decode()
    assert retention.days(data_class) == DEFAULT_DAYS[data_class]
    assert not AuditEvent.objects.filter(action="aid.keeping_changed").exists()
    assert client.post(address, {"days": str(floor), "is_sure": "on"}).status_code == 302
    assert retention.days(data_class) == floor


def test_a_row_below_the_floor_erases_nothing_early(reach: Reach, carl: User, now: datetime) -> None:
    """However it came there: by a shell, or before there were floors."""
    paid, declined = reach(Status.PAID), reach(Status.DECLINED)
    opening.open_detail(
        request_id=paid.pk, detail=Detail.WORKER_ID, by=carl, reason=OpenReason.IDENTITY, at=now + timedelta(hours=9)
    )
    RetentionRule.objects.bulk_create(RetentionRule(pk=each, days=1) for each in DataClass)

    list(erasing.erase_due(at=now + timedelta(days=29)))

    assert Reveal.objects.count() == 1
    assert TaxRecord.objects.get().payee_sealed
    case = Case.objects.get(pk=declined.case_id)
    assert case.worker_id_sealed
    assert case.erased_at is None
    assert [rule.days for rule in retention.rules()] == [FLOOR_DAYS[rule.data_class] for rule in retention.rules()]


def test_the_page_says_when_a_change_counts(client: Client, aid_fund: object, stella: User) -> None:
    client.force_login(stella)

    answer = client.post(reverse("aid_retention_change", args=[DataClass.STORY]), {"days": "400"}, follow=True)

    assert "Every hour everything that has outlived its time is erased" in answer.content.decode()
    assert "It counts at once" in answer.content.decode()
    assert "night" not in answer.content.decode()
