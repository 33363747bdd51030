"""What no deed and no trigger would let happen is named by ``audit_books`` all the same."""

from collections.abc import Callable
from datetime import datetime

import pytest

from aid import conflicts, paying, proofs
from aid.models import AidRequest, Review
from aid.reasons import FailReason
from aid.statuses import Status
from ledger import posting
from organisation.models import User
from tests.aid.grant_stage import now_of, pay, shell, triggers_off

Reach = Callable[..., AidRequest]


def broken_after(statement: str, *values: object) -> str:
    """Write it with the triggers off, and return what the proofs say."""
    assert list(proofs.broken()) == []
    with triggers_off():
        shell(statement, *values)
    return " / ".join(proofs.broken())


@pytest.mark.parametrize(
    ("status", "statement", "says"),
    [
        (Status.PAID, "DELETE FROM aid_decision", "fewer approvals"),
        (Status.APPROVED, "UPDATE aid_decision SET revision = 7", "fewer approvals"),
        (Status.APPROVED, "UPDATE aid_decision SET revision = 7", "never had"),
        (Status.CONFIRMED, "UPDATE aid_decision SET outcome = 'sent_back', amount_minor = NULL", "fewer approvals"),
        (Status.PAID, "UPDATE aid_review SET amount_minor = 1", "fewer approvals"),
        (Status.PAID, "UPDATE aid_policy SET cap_minor = 9999, max_per_request_minor = 9999, fast_lane_minor = 0", "cap"),
        (Status.PAID, "UPDATE aid_aidrequest SET policy_id = NULL", "cap"),
        (Status.PAID, "UPDATE aid_disbursementattempt SET number = 2", "without a gap"),
        (Status.DECLINED, "UPDATE aid_decision SET outcome = 'sent_back'", "declined by one person alone"),
        (Status.JOINED, "UPDATE aid_match SET is_same = false", "nobody said to what"),
        (Status.RECEIVED, "UPDATE aid_case SET person_id = NULL", "is nobody's"),
        (Status.RECEIVED, "UPDATE aid_case SET erased_at = now(), words_fingerprint = NULL,"
         " worker_id_sealed = NULL, worker_id_index = NULL, email_sealed = NULL, email_index = NULL", "something is left"),
    ],
)  # fmt: skip
def test_broken_rule_is_named(status: Status, statement: str, says: str, reach: Reach) -> None:
    reach(status)

    assert says in broken_after(statement)


def test_policy_lowered_afterwards_is_named(reach: Reach) -> None:
    reach(Status.PAID, amount=150)

    assert "fewer approvals" in broken_after("UPDATE aid_policy SET fast_lane_minor = 10000")


@pytest.mark.parametrize(
    ("table", "column"),
    [("aid_review", "reviewer_id"), ("aid_decision", "decider_id"), ("aid_disbursementattempt", "recorded_by_id")],
)
def test_one_person_in_two_parts_is_named(table: str, column: str, reach: Reach, ada: User, tess: User) -> None:
    reach(Status.PAID)
    other = tess if column == "decider_id" else ada

    said = broken_after(f"UPDATE {table} SET {column} = %s", other.pk)

    assert "two parts" in said


def test_same_person_before_and_after_an_appeal_is_named(reach: Reach, carl: User) -> None:
    reach(Status.DECLINED_FINALLY)

    assert "two rounds" in broken_after("UPDATE aid_review SET reviewer_id = %s", carl.pk)


def test_part_in_spite_of_a_conflict_is_named(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.PAID)
    conflicts.declare(request_id=request.pk, by=ada, at=request.events.order_by("version")[5 - 1].at)

    assert "with a conflict" in broken_after("UPDATE aid_conflict SET at = at - interval '9 days'")


def test_failed_payment_that_stays_in_the_books_is_named(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.PAID)
    paying.came_back(request_id=request.pk, by=tess, seen=now_of(request), reason=FailReason.RETURNED, at=now)
    pay(request, by=tess, at=now)

    said = broken_after("UPDATE ledger_transaction SET reverses_id = NULL, kind = 'gift' WHERE reverses_id IS NOT NULL")

    assert "not reversed" in said


def test_sent_payment_that_the_books_took_back_is_named(reach: Reach, now: datetime) -> None:
    request = reach(Status.PAID)

    posting.reverse(original=request.disbursements.get().attempts.get().transaction, occurred_at=now, at=now)

    assert "or a sent one is" in " ".join(proofs.broken())


def test_review_without_enough_approvals_after_an_appeal_is_named(reach: Reach) -> None:
    """After an appeal there is no fast lane."""
    reach(Status.PAID)

    said = broken_after("UPDATE aid_aidrequest SET round = 2")

    assert "fewer approvals" in said
    assert Review.objects.count() == 1
