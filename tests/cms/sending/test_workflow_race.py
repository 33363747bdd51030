"""Two people who press the button at the same moment."""

from collections.abc import Callable
from datetime import datetime

from django.test import Client
from django.urls import reverse
from wagtail.models import TaskState

from cms.models import Sending
from cms.sending import asking, two_people
from organisation import roles
from organisation.models import Organisation, User
from tests.cms.sending.conftest import an_issue


def test_one_agreement_counts_in_wagtails_workflow_as_well(
    committed_db: None, now: datetime, at_once: Callable[..., list[object]]
) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    edith, adam, abel = (User.objects.create_user(username=name) for name in ("edith", "adam", "abel"))
    for person in (edith, adam, abel):
        roles.grant(user=person, role="editor", by=None, at=now)
    issue = an_issue()
    sending = two_people.ask(issue=issue, audience=two_people.Audience(), by=edith, at=now)
    seen = asking.asked_for(sending)
    where, desks = reverse("cms_sending_agree", args=[issue.pk]), [Client(), Client()]
    for desk, person in zip(desks, (adam, abel), strict=True):
        desk.force_login(person)

    pages = at_once(
        *(lambda desk=desk: desk.post(where, {"seen": seen}, follow=True).content.decode() for desk in desks)
    )

    assert sorted("Meanwhile it stands otherwise" in str(page) for page in pages) == [False, True]
    assert Sending.objects.get().state == "waiting"
    assert TaskState.objects.filter(status="approved").count() == 1
