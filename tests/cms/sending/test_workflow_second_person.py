"""Wagtail's workflow and the desk's page say and do the same; only issues have the workflow."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, TaskState, WorkflowState

from cms.models import NewsletterIssuePage, Sending, StandardPage
from cms.sending import asking
from organisation.models import User
from tests.cms.sending.conftest import Reader

pytestmark = pytest.mark.django_db
EDIT = "wagtailadmin_pages:edit"


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def asked(issue: NewsletterIssuePage, reader: Reader, edith: User) -> Sending:
    """Edith asked at the desk for everyone; two readers would get it."""
    reader("ann@example.org")
    reader("ben@example.org", language="es")
    response = at_desk(edith).post(reverse("cms_sending_ask", args=[issue.pk]), {"to": "everyone", "ask": "1"})
    assert response["Location"] == reverse("cms_sending", args=[issue.pk])
    return Sending.objects.get()


def task_state(issue: Any) -> TaskState:
    return WorkflowState.objects.for_instance(issue).get(status="in_progress").current_task_state


def title(sending: Sending) -> str:
    """The title of what was asked for."""
    assert sending.revision
    return str(sending.revision.as_object().title)


def agree(user: User, asked: Sending) -> Any:
    """The desk's button, on the page as it stands now."""
    seen = asking.asked_for(Sending.objects.get(pk=asked.pk))
    return at_desk(user).post(reverse("cms_sending_agree", args=[asked.issue_id]), {"seen": seen}, follow=True)


def press(user: User, asked: Sending, action: str, comment: str = "") -> Any:
    """Wagtail's own button, as the first page of the desk and the editor have it."""
    where = reverse("wagtailadmin_pages:workflow_action", args=[asked.issue_id, action, task_state(asked.issue).pk])
    return at_desk(user).post(where, {"comment": comment})


def test_only_issues_have_the_workflow(issue: NewsletterIssuePage) -> None:
    assert issue.has_workflow
    assert not any(page.has_workflow for page in Page.objects.exclude(path__startswith=issue.path[:12]).specific())
    assert not StandardPage.objects.all()[0].has_workflow


def test_wagtails_button_agrees_as_the_desks_does_and_publishes_nothing(
    asked: Sending, person: Any, edith: User
) -> None:
    emil = person("emil", "editor")
    assert "Awaiting your review" in at_desk(emil).get(reverse("wagtailadmin_home")).content.decode()
    assert "Awaiting your review" not in at_desk(edith).get(reverse("wagtailadmin_home")).content.decode()

    response = press(emil, asked, "approve")

    assert response["Location"] == reverse("cms_sending", args=[asked.issue_id])
    asked.refresh_from_db()
    assert (asked.state, asked.agreed_by) == ("waiting", emil)
    asked.issue.refresh_from_db()
    assert not asked.issue.live
    assert WorkflowState.objects.get().status == "approved"


def test_the_desks_button_moves_wagtails_workflow_on(asked: Sending, adam: User) -> None:
    agree(adam, asked)

    state = WorkflowState.objects.get()
    assert (state.status, state.current_task_state.finished_by) == ("approved", adam)


def test_who_asked_cannot_agree_by_either_button(asked: Sending, edith: User) -> None:
    press(edith, asked, "approve")
    answer = agree(edith, asked)

    asked.refresh_from_db()
    assert asked.state == "asked"
    assert "somebody else must agree" in answer.content.decode()


def test_sent_back_with_a_word_and_asked_again(asked: Sending, person: Any, edith: User) -> None:
    emil = person("emil", "editor")
    press(emil, asked, "reject", "The second picture is wrong.")

    asked.refresh_from_db()
    assert (asked.state, asked.note) == ("returned", "The second picture is wrong.")
    assert "second picture" in at_desk(edith).get(reverse("cms_sending", args=[asked.issue_id])).content.decode()

    at_desk(emil).post(reverse("cms_sending_ask", args=[asked.issue_id]), {"to": "everyone", "ask": "1"})

    asked.refresh_from_db()
    assert (asked.state, asked.asked_by) == ("asked", emil)
    assert not press(emil, asked, "approve").content  # who asks now is not offered it
    asked.refresh_from_db()
    assert asked.state == "asked"
    press(edith, asked, "approve")
    asked.refresh_from_db()
    assert (asked.state, asked.agreed_by) == ("waiting", edith)


def test_what_autosave_writes_over_is_not_what_was_asked_for(asked: Sending, edith: User, adam: User) -> None:
    page = NewsletterIssuePage.objects.get(pk=asked.issue_id)
    page.title = "Something else"
    page.save_revision(user=edith, overwrite_revision=page.latest_revision, clean=False)

    agree(adam, asked)

    asked.refresh_from_db()
    assert (asked.state, title(asked)) == ("asked", "Newsletter 41")
    again = at_desk(edith).post(reverse("cms_sending_again", args=[asked.issue_id]), follow=True)
    assert "Asked for what it is now" in again.content.decode()
    agree(adam, asked)
    asked.refresh_from_db()
    assert (asked.state, title(asked)) == ("waiting", "Something else")


def test_editors_go_on_publishing_and_are_led_to_the_sending(asked: Sending, edith: User) -> None:
    edit = at_desk(edith).get(reverse(EDIT, args=[asked.issue_id])).content.decode()
    other = at_desk(edith).get(reverse(EDIT, args=[StandardPage.objects.all()[0].pk])).content.decode()

    assert 'name="action-publish"' in edit
    assert 'name="action-letter"' in edit
    assert not any(name in edit for name in ("action-submit", "action-cancel-workflow", "action-restart-workflow"))
    assert 'name="action-publish"' in other
    assert not any(name in other for name in ("action-submit", "action-letter"))
