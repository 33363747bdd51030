"""Asking and agreeing, so that the desk and Wagtail's workflow say the same. The sending is what counts.

The deeds are in ``asking``; this keeps Wagtail's record of the workflow beside them, whichever button was pressed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse

from cms.models import NewsletterIssuePage, Sending, Topic
from cms.sending import asking
from core import clock
from mail.frozen import PlaceInWords
from organisation.models import User


@dataclass(frozen=True)
class Audience:
    """Whom an issue is for, and when."""

    to: str = Sending.To.EVERYONE
    topics: Iterable[Topic] = field(default_factory=list)
    language: str = ""
    not_before: datetime | None = None


def audience_of(sending: Sending, *, at: datetime) -> Audience:
    """Return what was asked for before; a time that has passed is forgotten."""
    later = sending.not_before if sending.not_before and sending.not_before > at else None
    return Audience(sending.to, list(sending.topics.all()), sending.language, later)


@transaction.atomic
def ask(*, issue: NewsletterIssuePage, audience: Audience, by: User, at: datetime) -> Sending:
    """Ask a second person: see ``asking.ask`` for what it raises."""
    sending = asking.ask(
        issue=issue,
        by=by,
        to=audience.to,
        topics=audience.topics,
        language=audience.language,
        not_before=audience.not_before,
        at=at,
    )
    _show_asked(issue, by)
    return sending


@transaction.atomic
def ask_again(*, sending: Sending, by: User, at: datetime) -> Sending:
    """Ask for the issue as it is now: it was changed after it was asked for."""
    audience = audience_of(sending, at=at)
    send_back(sending=sending, by=by, at=at)
    return ask(issue=sending.issue, audience=audience, by=by, at=at)


@transaction.atomic
def agree(*, sending: Sending, by: User, seen: str, at: datetime) -> Sending:
    """Agree as the second person: see ``asking.agree`` for what it raises."""
    agreed = asking.agree(sending=sending, by=by, seen=seen, at=at)
    waiting = _waiting(agreed.issue)
    if waiting:
        waiting.approve(user=by)
    return agreed


@transaction.atomic
def send_back(*, sending: Sending, by: User, note: str = "", at: datetime) -> Sending:
    """Send it back with a word on why; who asked takes it back by this."""
    returned = asking.send_back(sending=sending, by=by, note=note, at=at)
    waiting = _waiting(returned.issue)
    if waiting:
        waiting.reject(user=by, comment=note)
    return returned


def begun(workflow_state: Any, user: User) -> None:
    """Ask by Wagtail's own button: for whom it was asked last, else for everyone.

    Does nothing if it is asked for already: then the desk asked, and Wagtail's record follows.
    """
    issue = workflow_state.content_object.specific
    at = clock.now()
    sending = Sending.objects.filter(issue=issue).first()
    if sending is None or sending.state != Sending.State.ASKED:
        audience = audience_of(sending, at=at) if sending else Audience()
        try:
            asking.ask(
                issue=issue,
                by=user,
                to=audience.to,
                topics=audience.topics,
                language=audience.language,
                not_before=audience.not_before,
                at=at,
            )
        except (asking.AlreadyAsked, PlaceInWords) as error:
            raise PermissionDenied from error
    # Wagtail saves it next. After a sending back it would go on under the name of who asked first.
    workflow_state.requested_by = user


def acted(task_state: Any, user: User, action: str, *, note: str) -> str:
    """Do what Wagtail's button says, and return the address of the page that says what became of it."""
    sending = Sending.objects.select_related("issue").get(issue_id=int(task_state.workflow_state.object_id))
    page = reverse("cms_sending", args=[sending.issue_id])
    # Named before Wagtail's record is looked at: asked for anew in between, it has another name, or another record.
    seen = asking.asked_for(sending)
    waiting = _waiting(sending.issue)
    if waiting is None or waiting.pk != task_state.pk:
        return f"{page}?not-done"
    try:
        if action == "approve":
            agree(sending=sending, by=user, seen=seen, at=clock.now())
        elif action == "reject":
            send_back(sending=sending, by=user, note=note, at=clock.now())
    except (asking.SamePerson, asking.ChangedSince, asking.NotNow, PlaceInWords):
        return f"{page}?not-done"
    return page


def _show_asked(issue: NewsletterIssuePage, by: User) -> None:
    workflow = issue.get_workflow()
    if workflow is None:
        return  # Somebody took the workflow off the archive. Sending takes two people all the same.
    under_way = issue.current_workflow_state
    if under_way and under_way.status == under_way.STATUS_NEEDS_CHANGES:
        under_way.resume(user=by)
        return
    if under_way:
        under_way.cancel(user=by)
    workflow.start(issue, by)


def _waiting(issue: NewsletterIssuePage) -> Any:
    return issue.current_workflow_task_state
