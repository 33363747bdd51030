"""Answer templates and times of keeping: rows that people change, without an error that is no sentence."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aid import retention
from aid.classes import DataClass
from aid.models import AidRequest, AnswerTemplate, RetentionRule
from aid.statuses import Status
from core import clock
from organisation.models import AuditEvent, User
from tests.aid.conftest import sent_in

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
TEXT = {"title": "We have your report", "language": "es", "body": "Gracias. Lo hemos recibido."}


@pytest.fixture
def desk(client: Client, stella: User) -> Client:
    client.force_login(stella)
    return client


def test_a_template_is_added_changed_and_hidden_and_each_is_audited(desk: Client) -> None:
    AnswerTemplate.objects.all().delete()
    desk.post(reverse("aid_template_add"), TEXT)
    one = AnswerTemplate.objects.get()
    desk.post(reverse("aid_template", args=[one.pk]), TEXT | {"body": "Gracias."})
    desk.post(reverse("aid_template_hide", args=[one.pk]))
    desk.post(reverse("aid_template_hide", args=[one.pk]))

    one.refresh_from_db()
    shown = desk.get(reverse("aid_templates")).content.decode()
    assert (one.body, one.language, one.is_shown) == ("Gracias.", "es", False)
    assert "not offered" in shown
    assert list(AuditEvent.objects.filter(action__startswith="aid.template").values_list("action", flat=True)) == [
        "aid.template_added",
        "aid.template_changed",
        "aid.template_hidden",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "There is a template with this title in this language already."),
        ({"title": ""}, "This field is required."),
        ({"title": "x" * 121}, "at most 120 characters"),
        ({"language": "xx"}, "not one of the available choices"),
        ({"body": "x" * 4001}, "at most 4000 characters"),
    ],
)
def test_a_template_that_cannot_be_kept_is_told(desk: Client, typed: dict[str, str], said: str) -> None:
    desk.post(reverse("aid_template_add"), TEXT)

    answer = desk.post(reverse("aid_template_add"), TEXT | typed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert AnswerTemplate.objects.filter(title=TEXT["title"]).count() == 1


def test_the_same_title_may_stand_in_two_languages(desk: Client) -> None:
    desk.post(reverse("aid_template_add"), TEXT)
    answer = desk.post(reverse("aid_template_add"), TEXT | {"language": "en"})

    assert answer.status_code == 302


def test_the_table_says_what_is_held_and_how_much_is_due(desk: Client, aid_fund: object, now: datetime) -> None:
    shown = desk.get(reverse("aid_retention")).content.decode()

    for data_class in DataClass:
        assert str(data_class.label) in shown
    assert AuditEvent.objects.filter(action="aid.keeping_changed").count() == 0


def test_a_longer_time_counts_at_once_and_is_audited(desk: Client, stella: User) -> None:
    answer = desk.post(reverse("aid_retention_change", args=[DataClass.STORY]), {"days": "400"})

    assert answer.status_code == 302
    assert retention.days(DataClass.STORY) == 400
    assert AuditEvent.objects.filter(action="aid.keeping_changed", reason="365:400", actor_id=stella.pk).count() == 1


def test_a_shorter_time_is_shown_with_what_it_erases_before_it_counts(reach: Reach, desk: Client) -> None:
    reach(Status.DECLINED)  # of spring 2026
    address = reverse("aid_retention_change", args=[DataClass.STORY])
    long_ago = (clock.now() - reach(Status.DECLINED).case.created_at + timedelta(days=30)).days
    RetentionRule.objects.create(pk=DataClass.STORY, days=long_ago)

    asked = desk.post(address, {"days": "30"})
    before = retention.days(DataClass.STORY)
    sure = desk.post(address, {"days": "30", "is_sure": "on"})

    assert asked.status_code == 200
    assert "something of 2 cases would be erased" in asked.content.decode()
    assert before == long_ago
    assert sure.status_code == 302
    assert retention.days(DataClass.STORY) == 30


@pytest.mark.parametrize("typed", ["", "0", "-4", "ten", "36501", "99999999999999999999"])
def test_a_time_that_makes_no_sense_is_told_and_changes_nothing(desk: Client, typed: str) -> None:
    answer = desk.post(reverse("aid_retention_change", args=[DataClass.STORY]), {"days": typed})

    assert answer.status_code == 422
    assert retention.days(DataClass.STORY) == 365


def test_an_unknown_class_is_not_found(desk: Client) -> None:
    assert desk.post(reverse("aid_retention_change", args=["nothing"]), {"days": "5"}).status_code == 404


def test_looking_at_what_a_time_would_erase_erases_nothing(aid_fund: object, desk: Client, now: datetime) -> None:
    request = sent_in(at=now)

    desk.post(reverse("aid_retention_change", args=[DataClass.IDENTITY]), {"days": "30"})

    request.refresh_from_db()
    assert request.case.worker_id_sealed is not None
    assert not RetentionRule.objects.exists()
