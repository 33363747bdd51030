"""Two people who agree at the same moment."""

from collections.abc import Callable
from datetime import datetime

from cms.models import Sending
from cms.sending import asking
from organisation import roles
from organisation.models import AuditEvent, Organisation, User
from tests.cms.sending.conftest import an_issue


def test_one_agreement_counts(committed_db: None, now: datetime, at_once: Callable[..., list[object]]) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    edith, adam, abel = (User.objects.create_user(username=name) for name in ("edith", "adam", "abel"))
    for person in (edith, adam, abel):
        roles.grant(user=person, role="editor", by=None, at=now)
    sending = asking.ask(issue=an_issue(), by=edith, to=Sending.To.EVERYONE, at=now)

    seen = asking.asked_for(sending)

    outcomes = at_once(*(lambda by=by: asking.agree(sending=sending, by=by, seen=seen, at=now) for by in (adam, abel)))

    assert sorted(type(each).__name__ for each in outcomes) == ["NotNow", "Sending"]
    assert AuditEvent.objects.filter(action="cms.sending_waiting").count() == 1
