"""A request goes its way by allowed steps, with evidence, and by three different people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from moneyed import Money

from aid import applying, deciding, holding, opening, paying, proofs, transitions
from aid.answers import Kind
from aid.models import AidRequest, CaseEvent, Decision, DisbursementAttempt
from aid.reasons import Detail, OpenReason
from aid.statuses import ALLOWED, Status
from ledger import balances
from ledger.balances import FundTooLow
from ledger.models import Fund, Promise
from mail.models import OutgoingEmail
from organisation import audit
from organisation.models import AuditEvent, User
from tests.aid.test_steps_take_three_people import pay

Reach = Callable[..., AidRequest]


def test_the_whole_way_moves_the_books_by_what_was_approved(reach: Reach, full_fund: Fund) -> None:
    request = reach(Status.CONFIRMED, amount=120)

    balance = balances.of(full_fund)
    assert balance.posted == balance.available == Money(380, "USD")
    assert request.disbursements.get().promise.state == Promise.State.SETTLED
    assert [event.to_status for event in request.events.order_by("version")] == [
        "received",
        "in_review",
        "recommended_grant",
        "approved",
        "paid",
        "confirmed",
    ]
    assert list(proofs.broken()) == []
    assert list(audit.broken_links()) == []


def test_approval_keeps_the_amount_aside(reach: Reach, full_fund: Fund) -> None:
    reach(Status.APPROVED, amount=120)

    balance = balances.of(full_fund)
    assert (balance.posted, balance.promised, balance.available) == (
        Money(500, "USD"),
        Money(120, "USD"),
        Money(380, "USD"),
    )


def test_approval_above_what_is_available_is_refused(reach: Reach, ada: User, now: datetime) -> None:
    reach(Status.APPROVED, amount=450)
    request = reach(Status.RECOMMENDED_GRANT, amount=60)

    with pytest.raises(FundTooLow):
        deciding.approve(request_id=request.pk, by=ada, seen=request.version, at=now)

    request.refresh_from_db()
    assert request.status == Status.RECOMMENDED_GRANT
    assert not Decision.objects.filter(review__request=request).exists()


def test_withdrawing_frees_what_was_promised(reach: Reach, full_fund: Fund, now: datetime) -> None:
    request = reach(Status.APPROVED)

    applying.withdraw(request_id=request.pk, at=now)

    assert balances.of(full_fund).available == Money(500, "USD")
    assert list(proofs.broken()) == []


def test_paid_request_cannot_be_withdrawn(reach: Reach, now: datetime) -> None:
    request = reach(Status.PAID)

    with pytest.raises(transitions.NotNow):
        applying.withdraw(request_id=request.pk, at=now)


def test_withdrawing_before_sending_erases_everything(reach: Reach, now: datetime) -> None:
    request = reach(Status.DRAFT)

    applying.withdraw(request_id=request.pk, at=now)

    assert not AidRequest.objects.exists()


def test_what_was_begun_and_never_sent_is_erased_after_two_weeks(reach: Reach, now: datetime) -> None:
    reach(Status.DRAFT)
    kept = reach(Status.RECEIVED)

    assert applying.forget_unsent(at=now + timedelta(days=13)) == 0
    assert applying.forget_unsent(at=now + timedelta(days=15)) == 1

    assert list(AidRequest.objects.all()) == [kept]


def test_request_is_not_sent_with_answers_missing(full_fund: Fund, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)

    with pytest.raises(applying.Unfinished) as problem:
        applying.submit(request_id=begun.request.pk, at=now)

    assert problem.value.pages == ["when", "account", "money", "needs", "story", "payment"]


def test_answers_do_not_change_after_sending(reach: Reach) -> None:
    request = reach(Status.RECEIVED)

    with pytest.raises(transitions.NotNow):
        applying.answer_story(request=request, story="another")


def test_step_from_an_old_page_is_refused(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)

    with pytest.raises(transitions.SeenOutdated):
        deciding.approve(request_id=request.pk, by=ada, seen=request.version - 1, at=now)


def test_payment_other_than_approved_is_refused(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.APPROVED)

    holding.put(request, "pay_to", "somebody-else@mail.example")
    request.save()

    with pytest.raises(paying.ChangedSinceApproval):
        pay(request, by=tess, at=now)


def test_same_payment_recorded_twice_is_booked_once(reach: Reach, full_fund: Fund, tess: User, now: datetime) -> None:
    request = reach(Status.APPROVED)
    pay(request, by=tess, at=now)

    with pytest.raises(transitions.SeenOutdated):
        pay(request, by=tess, at=now)

    assert DisbursementAttempt.objects.count() == 1
    assert balances.of(full_fund).posted == Money(400, "USD")


def test_every_step_is_in_the_audit_chain_without_words_of_the_worker(reach: Reach) -> None:
    request = reach(Status.CONFIRMED)

    events = AuditEvent.objects.filter(object_id=str(request.pk)).order_by("position")
    assert [event.action for event in events] == [
        "aid.received",
        "aid.in_review",
        "aid.recommended_grant",
        "aid.approved",
        "aid.paid",
        "aid.confirmed",
    ]


def test_letters_say_only_that_there_is_news(reach: Reach) -> None:
    request = reach(Status.PAID)

    letters = list(OutgoingEmail.objects.order_by("queued_at"))
    assert len(letters) == 2
    for letter in letters:
        assert letter.recipient == "wanda@mail.example"
        assert "/aid/case/" in letter.text
        assert str(request.pk) not in letter.key + letter.text + letter.html
        for word in ("approved", "payment", "money", "suspen", "$", "request"):
            assert word not in (letter.subject + letter.text).lower()


@pytest.mark.parametrize("before", list(Status))
def test_shell_cannot_make_a_step_that_is_not_allowed(before: Status, reach: Reach, now: datetime) -> None:
    request = reach(before)

    for after in set(Status) - {before} - {b for a, b in ALLOWED if a == before}:
        with pytest.raises(DatabaseError, match="does not go from"), transaction.atomic():
            write_down(request, after, at=now)
            update(request, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.IN_REVIEW, Status.RECOMMENDED_GRANT),
        (Status.IN_REVIEW, Status.RECOMMENDED_DECLINE),
        (Status.RECOMMENDED_GRANT, Status.APPROVED),
        (Status.RECOMMENDED_GRANT, Status.IN_REVIEW),
        (Status.RECOMMENDED_DECLINE, Status.DECLINED),
        (Status.APPROVED, Status.PAID),
        (Status.PAID, Status.CONFIRMED),
        (Status.APPROVED, Status.WITHDRAWN),
    ],
)
def test_shell_cannot_make_an_allowed_step_without_its_evidence(
    before: Status, after: Status, reach: Reach, now: datetime
) -> None:
    request = reach(before)

    with pytest.raises(DatabaseError, match="cannot be"), transaction.atomic():
        write_down(request, after, at=now)
        update(request, after)


def test_shell_cannot_make_a_step_that_is_not_written_down(reach: Reach) -> None:
    request = reach(Status.RECEIVED)

    with pytest.raises(DatabaseError, match="is not written down"), transaction.atomic():
        update(request, Status.IN_REVIEW)


def test_shell_cannot_start_a_request_half_way(reach: Reach) -> None:
    request = reach(Status.RECEIVED)

    with pytest.raises(DatabaseError, match="starts as a draft"), transaction.atomic():
        AidRequest.objects.create(case=request.case, fund=request.fund, currency="USD", status=Status.APPROVED)


def test_shell_cannot_rewrite_what_was_done(reach: Reach, person: Callable[..., User], now: datetime) -> None:
    request = reach(Status.APPROVED)
    opening.open_detail(
        request_id=request.pk,
        detail=Detail.EMAIL,
        by=person("cleo", "caseworker"),
        reason=OpenReason.CONTACT,
        at=now,
    )
    reach(Status.CONFIRMED)

    for statement in REWRITES:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


REWRITES = [
    "UPDATE aid_review SET reviewer_id = reviewer_id + 1",
    "UPDATE aid_decision SET amount_minor = 1",
    "UPDATE aid_disbursement SET amount_minor = 1",
    "UPDATE aid_disbursementattempt SET recorded_by_id = 1",
    "UPDATE aid_caseevent SET to_status = 'received'",
    "UPDATE aid_reveal SET reason = 'contact'",
    "UPDATE aid_aidrequest SET fund_id = fund_id + 1",
    "DELETE FROM aid_review",
    "DELETE FROM aid_decision",
    "DELETE FROM aid_disbursement",
    "DELETE FROM aid_disbursementattempt",
    "DELETE FROM aid_confirmation",
    "DELETE FROM aid_caseevent",
    "DELETE FROM aid_aidrequest",
    "DELETE FROM aid_case",
    "TRUNCATE aid_case CASCADE",
    "TRUNCATE aid_caseevent",
    "TRUNCATE aid_review CASCADE",
]


def write_down(request: AidRequest, to: Status, *, at: datetime) -> None:
    CaseEvent.objects.create(
        request=request, version=request.version + 1, from_status=request.status, to_status=to, at=at
    )


def update(request: AidRequest, to: Status) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE aid_aidrequest SET status = %s, version = version + 1, submitted_at = now() WHERE id = %s",
            [to, request.pk],
        )
