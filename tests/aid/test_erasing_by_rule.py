"""What has outlived its time is erased: by class, once, with a tombstone and a number, and the books stay sound."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from aid import attaching, emptying, erasing, file_store, holding, retention, talking, transitions
from aid.answers import Country, Tenure
from aid.classes import DEFAULT_DAYS, DataClass
from aid.models import (
    AidRequest,
    Case,
    CaseStatistic,
    DisbursementAttempt,
    LegalHold,
    Message,
    Note,
    Reveal,
    TaxRecord,
    Tombstone,
)
from aid.reasons import Detail, OpenReason
from aid.statuses import ENDED, Status
from config import proofs
from organisation import audit
from organisation.models import AuditEvent, AuditNote, User
from tests.aid.walker import photo

LONG = timedelta(days=8 * 365)


def run(at: datetime) -> int:
    return len(list(erasing.erase_due(at=at)))


def days(data_class: DataClass, *, and_hours: int = 0) -> timedelta:
    return timedelta(days=DEFAULT_DAYS[data_class], hours=and_hours)


def ended_at(request: AidRequest) -> datetime:
    last = request.events.order_by("-version").first()
    assert last
    return last.at


def broken(at: datetime) -> list[str]:
    """What the nightly proof finds; that the gift behind the fund is made up is known."""
    said = [sentence for part in proofs.prove(at=at).values() for sentence in part.broken]
    return [sentence for sentence in said if "test:gift" not in sentence]


def test_identity_goes_before_the_story_and_both_leave_a_tombstone(
    reach: Callable[..., AidRequest], carl: User, now: datetime
) -> None:
    request = reach(Status.DECLINED)
    talking.write_to_us(request_id=request.pk, body="thank you", at=now)
    end = ended_at(request)

    run(end + days(DataClass.IDENTITY))
    untouched = holding.get(Case.objects.get(), "worker_id")
    run(end + days(DataClass.IDENTITY, and_hours=1))

    request = AidRequest.objects.select_related("case").get()
    assert untouched
    assert (request.case.worker_id_sealed, request.case.email_index, request.pay_to_sealed) == (None, None, None)
    assert holding.get(request, "story")
    assert request.case.erased_at is None
    assert not CaseStatistic.objects.exists()

    later = end + days(DataClass.STORY, and_hours=1)
    run(later)
    request = AidRequest.objects.select_related("case").get()
    assert (request.story_sealed, request.story_index, request.case.words_fingerprint) == (None, None, None)
    assert not Message.objects.filter(body_sealed__isnull=False).exists()
    assert request.case.erased_at == later
    assert (request.case.country, request.case.tenure, request.case.happened_on) == ("", "", None)
    assert [one.erased for one in Tombstone.objects.order_by("pk")] == [[DataClass.IDENTITY], [DataClass.STORY]]
    assert broken(later) == []


def test_statistic_is_written_once_and_leads_nowhere(reach: Callable[..., AidRequest]) -> None:
    request = reach(Status.DECLINED_FINALLY)

    for _night in range(3):
        run(ended_at(request) + LONG)

    counted = CaseStatistic.objects.get()
    assert (counted.country, counted.tenure, counted.outcome) == (Country.US, Tenure.THREE_TO_TEN, "declined_finally")
    assert (counted.wanted_money, counted.was_appealed, counted.was_reinstated) == (True, True, None)
    assert counted.month.day == 1
    assert counted.days_to_decision == 1
    assert counted.pk > 1_000_000
    assert not any(field.is_relation for field in CaseStatistic._meta.get_fields())


@pytest.mark.parametrize("status", [status for status in Status if status not in ENDED | {Status.DRAFT, Status.PAID}])
def test_nothing_of_an_open_request_is_erased(reach: Callable[..., AidRequest], status: Status, now: datetime) -> None:
    request = reach(status)

    assert run(now + timedelta(days=7 * 365 - 1)) == 0
    assert holding.get(request, "story")


@pytest.mark.parametrize("status", sorted(ENDED))
def test_all_that_ended_is_erased_in_the_end_and_the_books_stay_sound(
    reach: Callable[..., AidRequest], status: Status
) -> None:
    request = reach(status)
    if status == Status.JOINED:
        AidRequest.objects.exclude(pk=request.pk).get()
    end = ended_at(request)

    run(end + LONG)

    # What a case was joined to is open, and may need it.
    assert (Case.objects.get(pk=request.case_id).erased_at is None) == (status == Status.JOINED)
    assert run(end + LONG) == 0
    assert broken(end + LONG) == []


def test_paid_without_a_word_ends_after_thirty_days(reach: Callable[..., AidRequest]) -> None:
    request = reach(Status.PAID)
    silence = timedelta(days=30)
    paid_at = ended_at(request)

    run(paid_at + days(DataClass.IDENTITY) + silence)
    kept = AidRequest.objects.get().pay_to_sealed
    run(paid_at + days(DataClass.IDENTITY, and_hours=1) + silence)

    assert kept
    assert AidRequest.objects.get().pay_to_sealed is None


def test_tax_record_stays_its_seven_years(reach: Callable[..., AidRequest], now: datetime) -> None:
    request = reach(Status.CONFIRMED)
    recorded_at = DisbursementAttempt.objects.get().recorded_at

    run(recorded_at + days(DataClass.TAX))
    kept = holding.get(TaxRecord.objects.get(), "payee")
    run(recorded_at + days(DataClass.TAX, and_hours=1))

    assert kept == "paypal: wanda-pay@mail.example"
    assert TaxRecord.objects.get().payee_sealed is None
    assert TaxRecord.objects.get().purpose == request.needs
    assert DisbursementAttempt.objects.get().provider_reference_sealed is None
    assert broken(recorded_at + LONG) == []


def test_looks_go_after_two_years_and_stay_in_the_trail(
    reach: Callable[..., AidRequest], carl: User, now: datetime
) -> None:
    request = reach(Status.DECLINED)
    Reveal.objects.create(case=request.case, detail=Detail.EMAIL, reason=OpenReason.CONTACT, by=carl, at=now)

    run(now + days(DataClass.ACCESS))
    kept = Reveal.objects.count()
    run(now + days(DataClass.ACCESS, and_hours=1))

    assert kept == 1
    assert not Reveal.objects.exists()


def test_files_go_after_ninety_days_with_their_bytes(
    reach: Callable[..., AidRequest], now: datetime, django_capture_on_commit_callbacks: Any
) -> None:
    request = reach(Status.DECLINED)
    added = attaching.add(request_id=request.pk, name="notice.jpg", content=photo("notice"), at=now)
    where = file_store.path(added)
    night = ended_at(request) + days(DataClass.ATTACHMENT, and_hours=1)
    assert where
    assert where.exists()

    with django_capture_on_commit_callbacks(execute=True):
        run(night)

    added.refresh_from_db()
    assert (added.gone_at, added.name_sealed, where.exists()) == (night, None, False)


def test_words_beside_the_audit_trail_go_with_the_story(reach: Callable[..., AidRequest], now: datetime) -> None:
    request, other = reach(Status.DECLINED), reach(Status.RECEIVED)
    AuditNote.objects.all().delete()
    for subject in (request, request.case, request.reviews.get(), other):
        audit.record(actor=None, action="aid.test", subject=subject, note="why it was done", at=now)
    events = AuditEvent.objects.count()

    run(ended_at(request) + LONG)

    assert (
        AuditNote.objects.get().position == AuditEvent.objects.get(object_id=str(other.pk), action="aid.test").position
    )
    assert AuditEvent.objects.count() == events + 1
    assert list(audit.broken_links()) == []


def test_every_sealed_column_has_its_place_among_what_is_emptied() -> None:
    """Each class is emptied column by column: one that is in no list would stay for ever."""
    elsewhere = {"aid_taxrecord.payee_sealed", "aid_disbursementattempt.provider_reference_sealed"}  # with TAX
    elsewhere |= {"aid_attachment.name_sealed"}  # by aid.attaching
    emptied = {f"aid_case.{name}" for name in (*emptying._IDENTITY_OF_CASE, *emptying._STORY_OF_CASE)}
    emptied |= {f"aid_aidrequest.{name}" for name in (*emptying._IDENTITY_OF_REQUEST, *emptying._STORY_OF_REQUEST)}
    for texts in emptying._TEXTS.values():
        emptied |= {f"{text.model._meta.db_table}.{name}" for text in texts for name in text.columns}
    sealed = {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_app_config("aid").get_models()
        for field in model._meta.local_fields
        if field.name.endswith("_sealed")
    }

    assert sealed == {name for name in emptied | elsewhere if name.endswith("_sealed")}


def test_legal_hold_freezes_one_case_and_no_other(
    reach: Callable[..., AidRequest], stella: User, now: datetime
) -> None:
    held, free = reach(Status.DECLINED), reach(Status.DECLINED)
    hold = LegalHold.objects.create(case=held.case, by=stella, at=now)
    night = ended_at(held) + LONG

    run(night)

    assert [case.pk for case in Case.objects.filter(erased_at__isnull=False)] == [free.case_id]
    hold.lifted_at, hold.lifted_by = night, stella
    hold.save()
    assert run(night) == 1


def test_drafts_go_after_two_weeks_without_a_trace(reach: Callable[..., AidRequest], now: datetime) -> None:
    reach(Status.DRAFT)

    run(now + days(DataClass.DRAFT))
    kept = Case.objects.count()
    run(now + days(DataClass.DRAFT, and_hours=1))

    assert (kept, Case.objects.count()) == (1, 0)
    assert not Tombstone.objects.exists()
    assert not CaseStatistic.objects.exists()


def test_late_word_to_an_erased_case_goes_with_the_next_run(
    reach: Callable[..., AidRequest], carl: User, now: datetime
) -> None:
    request = reach(Status.DECLINED)
    night = ended_at(request) + LONG
    run(night)
    with pytest.raises(transitions.NotNow):
        talking.write_to_worker(request_id=request.pk, by=carl, body="are you there?", at=night)
    talking.note(request_id=request.pk, by=carl, body="she called", at=night)

    run(night)

    assert not Note.objects.filter(body_sealed__isnull=False).exists()
    assert CaseStatistic.objects.count() == 1


def test_other_times_of_keeping_count_at_once(reach: Callable[..., AidRequest], stella: User, now: datetime) -> None:
    request = reach(Status.DECLINED)
    night = ended_at(request) + timedelta(days=31)
    retention.change(data_class=DataClass.IDENTITY, days=30, by=stella, at=now)

    run(night)

    assert AidRequest.objects.get().pay_to_sealed is None
    assert AuditEvent.objects.get(action="aid.keeping_changed").reason == "90:30"


def test_dry_run_counts_by_class_and_erases_nothing(
    reach: Callable[..., AidRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = reach(Status.DECLINED)
    monkeypatch.setattr("core.clock.now", lambda: ended_at(request) + LONG)
    said, silent = StringIO(), StringIO()

    call_command("erase_expired", dry_run=True, stdout=said)
    kept = Case.objects.filter(erased_at__isnull=True).count()
    call_command("erase_expired", stdout=silent)

    assert "1 cases with data of class identity\n" in said.getvalue()
    assert "1 cases with data of class story\n" in said.getvalue()
    assert "0 cases with data of class tax\n" in said.getvalue()
    assert kept == 1
    assert Case.objects.get().erased_at
