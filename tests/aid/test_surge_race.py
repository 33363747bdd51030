"""Two who press the switch at the same moment, with commits for real."""

from collections.abc import Callable
from datetime import datetime

from aid import surging
from aid.models import Surge
from organisation import roles
from organisation.models import AuditEvent, User


def test_two_who_press_at_the_same_moment_begin_one_surge(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    people = []
    for name, role in [("carl", "caseworker"), ("ada", "approver")]:
        people.append(User.objects.create_user(username=name, email=f"{name}@raft.example", name=name.title()))
        roles.grant(user=people[-1], role=role, by=None, at=now)

    results = at_once(*(lambda by=by: surging.begin(by=by, at=now) for by in people))

    assert [type(result) for result in results] == [Surge, Surge], results
    assert Surge.objects.count() == 1
    assert AuditEvent.objects.filter(action="aid.surge_began").count() == 1
