"""A letter to those who may agree: an issue waits for a second person."""

from datetime import datetime

from django.db.models import QuerySet

from cms.models import Sending
from mail import outbox
from organisation import roles
from organisation.models import User
from organisation.permissions import Permission


def others(sending: Sending, *, at: datetime) -> None:
    """Tell everybody who could be the second person, once for each time that it is asked for."""
    for person in may_agree(sending).exclude(email=""):
        outbox.queue(
            key=_key(sending, person),
            to=person.email,
            template="cms/issue_waits",
            context={"name": str(person), "sending": sending, "title": sending.issue.draft_title},
            at=at,
        )


def no_more(sending: Sending) -> None:
    """Take back the letters that have not left: it does not wait any more."""
    for person in may_agree(sending):
        outbox.withdraw(_key(sending, person))


def may_agree(sending: Sending) -> QuerySet[User]:
    """Return who may send letters and did not ask for this one."""
    sending_roles = [slug for slug, role in roles.ROLES.items() if Permission.SEND_LETTERS in role.permissions]
    holders = User.objects.filter(is_active=True, role_assignments__role__in=sending_roles)
    return holders.exclude(pk=sending.asked_by_id).distinct().order_by("pk")


def _key(sending: Sending, person: User) -> str:
    return f"newsletter_waits:{sending.pk}:{sending.asked_at.timestamp():.6f}:{person.pk}"
