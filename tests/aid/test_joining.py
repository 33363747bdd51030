"""Steps need evidence of their own; a human says once whether two cases are of one person."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from aid import joining, proofs, transitions
from aid.models import AidRequest, Message
from aid.statuses import Status
from organisation.models import User
from tests.aid.conftest import sent_in
from tests.aid.grant_stage import approve, refused, shell, step_by_shell

Reach = Callable[..., AidRequest]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Status.IN_REVIEW, Status.NEEDS_INFO),
        (Status.NEEDS_INFO, Status.EXPIRED),
        (Status.IN_REVIEW, Status.ANSWERED),
        (Status.RECEIVED, Status.JOINED),
        (Status.RECEIVED, Status.IN_REVIEW),
        (Status.APPROVED, Status.IN_REVIEW),
        (Status.DECLINED, Status.APPEALED),
        (Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED),
    ],
)
def test_shell_cannot_step_without_the_steps_own_evidence(
    before: Status, after: Status, reach: Reach, now: datetime
) -> None:
    request = reach(before)

    with refused("aid_status_has_its_evidence"):
        step_by_shell(request, after, at=now)


def test_old_question_is_no_evidence_for_a_new_one(reach: Reach, now: datetime) -> None:
    request = reach(Status.EXPIRED)
    step_by_shell(request, Status.IN_REVIEW, at=now + timedelta(days=60))

    with refused("aid_status_has_its_evidence"):
        step_by_shell(request, Status.NEEDS_INFO, at=now + timedelta(days=60))


def test_join_takes_two_that_were_sent_in(reach: Reach, carl: User, now: datetime) -> None:
    """A draft is nobody's yet: taken as somebody, all drafts would be one person's."""
    sent, draft = reach(Status.RECEIVED), reach(Status.DRAFT)

    for other in (draft, sent):
        with pytest.raises(transitions.NotNow):
            joining.say(request_id=sent.pk, other_id=other.pk, is_same=True, by=carl, at=now)


def test_likeness_is_answered_once_and_blocks_until_then(reach: Reach, carl: User, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    other = sent_in(at=now)
    shell("UPDATE aid_case SET worker_id_index = %s WHERE id = %s", request.case.worker_id_index, other.case_id)

    with pytest.raises(transitions.LikenessOpen):
        approve(request, by=ada, at=now)
    assert [found.other.pk for found in joining.alike(request)] == [other.pk]
    joining.say(request_id=request.pk, other_id=other.pk, is_same=False, by=carl, at=now)

    assert approve(request, by=ada, at=now).status == Status.APPROVED
    with pytest.raises(transitions.NotNow):
        joining.say(request_id=other.pk, other_id=request.pk, is_same=True, by=carl, at=now)


def test_join_tells_the_first_case_only(reach: Reach, now: datetime) -> None:
    joined = reach(Status.JOINED)

    older = AidRequest.objects.exclude(pk=joined.pk).get()
    assert joined.case.person_id == older.case.person_id
    assert Message.objects.filter(case=older.case).count() == 1
    assert not Message.objects.filter(case=joined.case).exists()
    assert list(proofs.broken()) == []
