"""Who decides sees what others did before: who said that two cases are one worker's, and a changed way of payment."""

from collections.abc import Callable
from datetime import datetime

import pytest

from aid import changing, holding, joining
from aid.answers import PayMethod
from aid.models import AidRequest, Conflict
from aid.statuses import Status
from organisation.models import User
from tests.aid.desk_stage import case_page, share_worker_id

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


@pytest.mark.parametrize(
    ("is_same", "said"), [(True, "the same worker, said Cora"), (False, "not the same worker, said Cora")]
)
def test_who_decides_sees_who_said_what_of_cases_that_looked_alike(
    reach: Reach, ada: User, cora: User, now: datetime, is_same: bool, said: str
) -> None:
    request, other = reach(Status.RECOMMENDED_GRANT), reach(Status.IN_REVIEW)
    share_worker_id(request, other)
    joining.say(request_id=request.pk, other_id=other.pk, is_same=is_same, by=cora, at=now)

    shown_to_ada = case_page(ada, request)

    assert f'<th scope="row">Looked like {other.case.short}</th><td>{said} on March 10, 2026' in shown_to_ada
    assert holding.get(request.case, "worker_id") not in shown_to_ada


def test_what_was_said_of_a_case_out_of_sight_is_out_of_sight(
    reach: Reach, ada: User, cora: User, now: datetime
) -> None:
    request, other = reach(Status.RECOMMENDED_GRANT), reach(Status.IN_REVIEW)
    share_worker_id(request, other)
    joining.say(request_id=request.pk, other_id=other.pk, is_same=False, by=cora, at=now)
    Conflict.objects.create(person=ada, case=other.case, at=now)

    assert other.case.short not in case_page(ada, request)


def test_who_decides_sees_that_the_way_of_payment_was_changed(reach: Reach, ada: User, now: datetime) -> None:
    request = reach(Status.RECOMMENDED_GRANT)
    assert "changed by the worker" not in case_page(ada, request)
    changing.change_payment(request_id=request.pk, method=PayMethod.BANK, pay_to="a thief's", at=now)

    shown_to_ada = case_page(ada, request)

    assert "changed by the worker on March 10, 2026" in shown_to_ada
    assert "a thief's" not in shown_to_ada
