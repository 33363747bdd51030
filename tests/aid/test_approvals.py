"""A grant has the approvals that its policy asks for, of what is asked now, by people who may."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aid import changing, conflicts, holding, holds, paying, proofs, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Decision, Disbursement, DisbursementAttempt, Hold
from aid.reasons import HoldReason
from aid.statuses import Status
from ledger import posting
from ledger.models import Account, Fund, Kind
from organisation.models import User
from tests.aid.conftest import sent_in
from tests.aid.grant_stage import (
    approve,
    dollars,
    pay,
    recommend,
    refused,
    send_back,
    shell,
    step_by_shell,
    take,
)

Reach = Callable[..., AidRequest]
DAY = timedelta(days=1)


def test_first_small_grant_needs_one_approval(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT, amount=200)

    assert approve(request, by=ada, at=now).status == Status.APPROVED


def test_more_than_the_fast_lane_needs_two_people(reach: Reach, ada: User, abel: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT, amount=201)

    assert approve(request, by=ada, at=now).status == Status.PARTLY_APPROVED
    assert not Disbursement.objects.exists()
    with pytest.raises(transitions.SamePerson):
        approve(request, by=ada, at=now)
    assert approve(request, by=abel, at=now).status == Status.APPROVED
    assert list(proofs.broken()) == []


def test_shell_cannot_approve_with_one_of_two(reach: Reach, now: datetime) -> None:
    request = reach(Status.PARTLY_APPROVED)

    with refused("aid_status_has_its_evidence"):
        step_by_shell(request, Status.APPROVED, at=now)


def test_shell_cannot_recommend_with_fewer_approvals(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW, amount=300)

    with refused("aid_review_needs_enough_approvals"):
        request.reviews.create(
            version=3, reviewer=carl, recommendation="grant", amount_minor=30000, approvals_needed=1, at=now
        )


def test_what_was_sent_back_and_approved_anew_is_paid(
    reach: Reach, carl: User, ada: User, abel: User, tess: User, now: datetime
) -> None:
    request = reach(Status.PARTLY_APPROVED, amount=300)
    send_back(request, by=abel, at=now)
    recommend(request, by=carl, at=now, amount=250)
    approve(request, by=ada, at=now)
    approve(request, by=abel, at=now)

    assert pay(request, by=tess, at=now).status == Status.PAID
    assert list(proofs.broken()) == []


CHANGES = [
    "pay_to_index = decode(repeat('ab', 32), 'hex')",
    "pay_method = 'bank'",
    "amount_minor = amount_minor + 1",
    "needs = ARRAY['other']",
    "story_index = decode(repeat('cd', 32), 'hex')",
]


@pytest.mark.parametrize("change", CHANGES)
def test_approval_falls_with_what_was_approved(
    change: str, reach: Reach, carl: User, tess: User, now: datetime
) -> None:
    request = reach(Status.APPROVED)

    shell(f"UPDATE aid_aidrequest SET {change} WHERE id = %s", request.pk)

    with pytest.raises(paying.ChangedSinceApproval):
        pay(request, by=tess, at=now)
    with refused("aid_payment_is_as_approved"):
        attempt_by_shell(request, by=tess, at=now)
    assert any("approvals" in problem for problem in proofs.broken())


def test_counter_of_changes_cannot_be_set_back(reach: Reach) -> None:
    request = reach(Status.APPROVED)
    shell("UPDATE aid_aidrequest SET pay_method = 'bank' WHERE id = %s", request.pk)

    shell("UPDATE aid_aidrequest SET revision = 0 WHERE id = %s", request.pk)

    request.refresh_from_db()
    assert request.revision == 1


def test_payment_details_sealed_anew_by_somebody_are_noticed(reach: Reach, tess: User, now: datetime) -> None:
    """Past the counter: only the seal is changed, not the index that the counter compares."""
    request = reach(Status.APPROVED)
    holding.put(request, "pay_to", "somebody-else@mail.example")
    shell("UPDATE aid_aidrequest SET pay_to_sealed = %s WHERE id = %s", request.pay_to_sealed, request.pk)

    with pytest.raises(paying.ChangedSinceApproval):
        pay(request, by=tess, at=now)


def test_changed_details_wait_a_day_and_are_approved_anew(
    reach: Reach, ada: User, tess: User, full_fund: Fund, now: datetime
) -> None:
    request = reach(Status.APPROVED)
    seen_before = request.version

    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="new", at=now)

    request.refresh_from_db()
    assert request.status == Status.RECOMMENDED_GRANT
    assert Disbursement.objects.get().ended_at
    with pytest.raises(transitions.SeenOutdated):
        paying.record(
            request_id=request.pk,
            by=tess,
            seen=seen_before,
            sent=paying.Sent(PayMethod.PAYPAL, "PP-1", now.date()),
            at=now,
        )
    with pytest.raises(transitions.OnHold):
        approve(request, by=ada, at=now + DAY - timedelta(minutes=1))
    assert approve(request, by=ada, at=now + DAY).status == Status.APPROVED
    assert pay(request, by=tess, at=now + DAY).status == Status.PAID
    assert list(proofs.broken()) == []


def test_second_change_begins_the_day_anew(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.APPROVED)
    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="new", at=now)
    later = now + timedelta(hours=23)
    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="a thief's", at=later)

    with pytest.raises(transitions.OnHold):
        approve(request, by=ada, at=now + DAY)
    assert approve(request, by=ada, at=later + DAY).status == Status.APPROVED


@pytest.mark.parametrize("status", [Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED, Status.APPROVED])
def test_once_recommended_each_change_waits_a_day(reach: Reach, ada: User, now: datetime, status: Status) -> None:
    request = reach(status)

    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="a thief's", at=now)

    with pytest.raises(transitions.OnHold):
        approve(request, by=ada, at=now + DAY - timedelta(minutes=1))
    assert Hold.objects.get().until == now + DAY


def test_change_before_anybody_recommended_holds_nothing(reach: Reach, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)

    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="new", at=now)

    assert not Hold.objects.exists()


def test_hold_stops_approval_and_payment_and_runs_out(
    reach: Reach, cora: User, ada: User, tess: User, stella: User, now: datetime
) -> None:
    to_approve, to_pay = reach(Status.RECOMMENDED_GRANT), reach(Status.APPROVED)
    for request in (to_approve, to_pay):
        put(request, by=cora, at=now)

    with pytest.raises(transitions.OnHold):
        approve(to_approve, by=ada, at=now)
    with pytest.raises(transitions.OnHold):
        pay(to_pay, by=tess, at=now)
    with refused("aid_request_is_on_hold"):
        attempt_by_shell(to_pay, by=tess, at=now)

    over = now + timedelta(days=7)
    assert approve(to_approve, by=ada, at=over).status == Status.APPROVED
    assert pay(to_pay, by=tess, at=over).status == Status.PAID
    assert holds.ran_out(at=over).count() == 2
    with pytest.raises(transitions.NotNow):
        holds.lift(hold_id=to_pay.holds.get().pk, by=cora, at=over)


def test_nobody_lifts_the_day_after_changed_payment_details(reach: Reach, stella: User, now: datetime) -> None:
    """The worker was told that nothing is sent for a day."""
    request = reach(Status.APPROVED)
    changing.change_payment(request_id=request.pk, method=PayMethod.CHECK, pay_to="1 Other Street", at=now)
    hold = request.holds.get()

    with pytest.raises(transitions.NotAllowed):
        holds.lift(hold_id=hold.pk, by=stella, at=now + timedelta(minutes=1))


def test_hold_after_hold_is_the_stewards(reach: Reach, cora: User, stella: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    put(request, by=cora, at=now)
    over = now + timedelta(days=7)

    with pytest.raises(transitions.NotAllowed):
        put(request, by=cora, at=over)
    put(request, by=stella, at=over)


def test_no_hold_is_longer_than_a_week(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)

    with refused("aid_hold_runs_out"):
        Hold.objects.create(request=request, reason=HoldReason.FUND, by=carl, at=now, until=now + timedelta(days=8))


def test_conflict_bars_from_every_part(reach: Reach, person: Callable[..., User], now: datetime) -> None:
    pat = person("pat", "caseworker", "approver", "treasurer")
    deeds = {
        Status.RECEIVED: take,
        Status.IN_REVIEW: recommend,
        Status.RECOMMENDED_GRANT: approve,
        Status.APPROVED: pay,
    }
    for status, deed in deeds.items():
        request = reach(status)
        conflicts.declare(request_id=request.pk, by=pat, at=now)

        with pytest.raises(transitions.InConflict):
            deed(request, by=pat, at=now)


def test_shell_cannot_decide_with_a_conflict(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    conflicts.declare(request_id=request.pk, by=ada, at=now)

    with refused("aid_no_part_in_conflict"):
        decide_by_shell(request, by=ada, at=now)


def test_shell_cannot_decide_off_the_table(reach: Reach, carl: User, ada: User, abel: User, now: datetime) -> None:
    declined = reach(Status.RECOMMENDED_DECLINE)
    twice = reach(Status.RECOMMENDED_GRANT)
    old = twice.reviews.get()
    send_back(twice, by=abel, at=now)
    recommend(twice, by=carl, at=now)

    with refused("aid_decision_is_on_what_is_on_the_table"):
        Decision.objects.create(review=old, decider=ada, outcome="approved", amount_minor=1, digest=b"", at=now)
    with refused("aid_decision_is_on_what_is_on_the_table"):
        decide_by_shell(declined, by=ada, at=now)
    with refused("aid_approval_is_of_the_amount"):
        decide_by_shell(twice, by=ada, at=now, amount=1)


def test_shell_cannot_number_attempts_as_it_likes(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.APPROVED)

    with refused("aid_attempts_are_counted"):
        attempt_by_shell(request, by=tess, at=now, number=2)


def put(request: AidRequest, *, by: User, at: datetime) -> Hold:
    return holds.put(request_id=request.pk, by=by, reason=HoldReason.QUESTION, note="", days=7, at=at)


def decide_by_shell(request: AidRequest, *, by: User, at: datetime, amount: int = 10000) -> None:
    review = request.reviews.order_by("-version")[0]
    Decision.objects.create(review=review, decider=by, outcome="approved", amount_minor=amount, digest=bytes(32), at=at)


def attempt_by_shell(request: AidRequest, *, by: User, at: datetime, number: int = 1) -> None:
    due = request.disbursements.get(ended_at__isnull=True)
    booked = posting.post(
        kind=Kind.DISBURSEMENT,
        reference=f"shell:{request.pk}",
        lines=[
            posting.Line(Account.AID, request.fund, dollars(1)),
            posting.Line(Account.BANK, request.fund, -dollars(1)),
        ],
        occurred_at=at,
        at=at,
    )
    DisbursementAttempt.objects.create(
        disbursement=due,
        number=number,
        state="sent",
        method="paypal",
        amount_minor=due.amount_minor,
        transaction=booked,
        sent_on=at.date(),
        recorded_by=by,
        recorded_at=at,
    )


def test_shell_cannot_give_a_paid_case_a_new_person(reach: Reach, now: datetime) -> None:
    """Else the cap would begin anew."""
    paid = reach(Status.PAID)
    other = sent_in(at=now)

    with refused("aid_case_keeps_its_person"):
        shell("UPDATE aid_case SET person_id = %s WHERE id = %s", other.case.person_id, paid.case_id)
