"""Money that came back is booked back whatever became of fund and cap; an appeal is heard by others, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aid import appealing, applying, changing, joining, paying, proofs, transitions
from aid.answers import PayMethod
from aid.models import AidRequest, Appeal, DisbursementAttempt, Message, TaxRecord
from aid.reasons import FailReason
from aid.statuses import Status, may_be_withdrawn
from ledger import balances
from ledger.models import Fund
from organisation.models import User
from tests.aid.grant_stage import (
    approve,
    decline,
    dollars,
    now_of,
    pay,
    recommend,
    recommend_no,
    refused,
    shell,
    step_by_shell,
    take,
)

Reach = Callable[..., AidRequest]


def come_back(request: AidRequest, *, by: User, at: datetime, reason: FailReason = FailReason.RETURNED) -> AidRequest:
    return paying.came_back(request_id=request.pk, by=by, seen=now_of(request), reason=reason, at=at)


def test_money_that_came_back_is_sent_again_with_the_next_number(
    reach: Reach, full_fund: Fund, tess: User, now: datetime
) -> None:
    request = reach(Status.PAID)

    assert come_back(request, by=tess, at=now).status == Status.APPROVED
    assert balances.of(full_fund).posted == dollars(500)
    assert balances.of(full_fund).available == dollars(400)
    assert TaxRecord.objects.get().payee_sealed is None
    assert pay(request, by=tess, at=now).status == Status.PAID

    attempts = DisbursementAttempt.objects.order_by("number").values_list("number", "state")
    assert list(attempts) == [(1, "failed"), (2, "sent")]
    assert balances.of(full_fund).posted == dollars(400)
    assert list(proofs.broken()) == []


def test_wrong_details_lead_to_new_ones_and_new_approvals(
    reach: Reach, carl: User, ada: User, tess: User, now: datetime
) -> None:
    request = reach(Status.PAID)
    come_back(request, by=tess, at=now, reason=FailReason.WRONG_DETAILS)

    request.refresh_from_db()
    assert request.status == Status.IN_REVIEW
    assert Message.objects.filter(case=request.case, sender=Message.Sender.SYSTEM).exists()
    with pytest.raises(transitions.NotNow):
        pay(request, by=tess, at=now)
    changing.change_payment(request_id=request.pk, method=PayMethod.PAYPAL, pay_to="right@mail.example", at=now)
    later = now + timedelta(days=1)
    recommend(request, by=carl, at=later)
    approve(request, by=ada, at=later)
    assert pay(request, by=tess, at=later).status == Status.PAID
    assert list(proofs.broken()) == []


def test_money_that_came_back_is_booked_though_the_fund_has_promised_it(
    reach: Reach, full_fund: Fund, carl: User, cora: User, ada: User, abel: User, tess: User, now: datetime
) -> None:
    """Another grant of the same person came between: for both, one approval is too few now."""
    first, second = reach(Status.PAID, amount=100), reach(Status.APPROVED, amount=100)
    joining.say(request_id=second.pk, other_id=first.pk, is_same=True, by=carl, at=now)
    recommend(second, by=carl, at=now)
    for by in (ada, abel):
        approve(second, by=by, at=now)

    assert come_back(first, by=tess, at=now).status == Status.IN_REVIEW

    assert balances.of(full_fund).posted == dollars(500)
    assert list(proofs.broken()) == []


def test_who_decided_cannot_say_that_the_money_came_back(
    reach: Reach, person: Callable[..., User], carl: User, tess: User, now: datetime
) -> None:
    pat = person("pat", "approver", "treasurer")
    request = reach(Status.RECOMMENDED_GRANT)
    approve(request, by=pat, at=now)
    pay(request, by=tess, at=now)

    with pytest.raises(transitions.SamePerson):
        come_back(request, by=pat, at=now)


def test_shell_cannot_say_that_money_came_back_while_it_is_booked(reach: Reach, tess: User, now: datetime) -> None:
    request = reach(Status.PAID)

    with refused("aid_failed_payment_is_reversed"):
        shell(
            "UPDATE aid_disbursementattempt SET state = 'failed', fail_reason = 'returned', failed_at = now(),"
            " failed_by_id = %s",
            tess.pk,
        )
    with refused("aid_status_has_its_evidence"):
        step_by_shell(request, Status.APPROVED, at=now)
    with refused("aid_status_has_its_evidence"):
        step_by_shell(request, Status.IN_REVIEW, at=now)


def test_nobody_with_a_part_before_hears_the_appeal(
    reach: Reach, carl: User, cora: User, ada: User, abel: User, stella: User, now: datetime
) -> None:
    request = reach(Status.APPEALED)

    with pytest.raises(transitions.SamePerson):
        take(request, by=carl, at=now)
    take(request, by=cora, at=now)
    with pytest.raises(transitions.SamePerson):
        recommend(request, by=carl, at=now)
    recommend(request, by=cora, at=now)
    with pytest.raises(transitions.SamePerson):
        approve(request, by=ada, at=now)

    assert approve(request, by=abel, at=now).status == Status.PARTLY_APPROVED
    assert approve(request, by=stella, at=now).status == Status.APPROVED
    assert list(proofs.broken()) == []


def test_shell_cannot_let_the_same_people_hear_an_appeal(reach: Reach, carl: User, cora: User, now: datetime) -> None:
    request = reach(Status.APPEALED)
    take(request, by=cora, at=now)

    with refused("aid_three_different_people"):
        request.reviews.create(version=99, round=2, reviewer=carl, recommendation="decline", reason="outside", at=now)
    with refused("aid_review_is_of_the_round"):
        request.reviews.create(version=99, reviewer=cora, recommendation="decline", reason="outside", at=now)


def test_steward_may_review_an_appeal_and_nothing_else(reach: Reach, stella: User, abel: User, now: datetime) -> None:
    with pytest.raises(transitions.NotAllowed):
        take(reach(Status.RECEIVED), by=stella, at=now)
    request = reach(Status.APPEALED)

    take(request, by=stella, at=now)
    recommend_no(request, by=stella, at=now)

    assert decline(request, by=abel, at=now).status == Status.DECLINED_FINALLY


def test_there_is_one_appeal(reach: Reach, now: datetime) -> None:
    request = reach(Status.DECLINED_FINALLY)

    with pytest.raises(transitions.NotNow):
        appealing.appeal(request_id=request.pk, ground="again", at=now)
    with refused("aid_status_pair_is_allowed"):
        step_by_shell(request, Status.APPEALED, at=now)
    with refused("aid_appeal_pkey"):
        Appeal.objects.create(request=request, at=now)


@pytest.mark.parametrize("status", [status for status in Status if may_be_withdrawn(status)])
def test_withdrawn_at_any_time_gives_the_money_back(
    status: Status, reach: Reach, full_fund: Fund, now: datetime
) -> None:
    request = reach(status)

    applying.withdraw(request_id=request.pk, at=now)

    assert balances.of(full_fund).available == dollars(500)
    assert list(proofs.broken()) == []


def test_shell_cannot_withdraw_and_keep_the_money(reach: Reach, now: datetime) -> None:
    with refused("aid_status_has_its_evidence"):
        step_by_shell(reach(Status.APPROVED), Status.WITHDRAWN, at=now)
