"""What the page of a sending shows: where it stands, who did what, and what this person can do next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.models import Revision

from cms.models import NewsletterIssuePage, Sending
from cms.sending import asking, heartbeat, resting, results
from cms.sending.counting import Reach, reach
from cms.sending.preflight import checking
from cms.sending.two_people import Audience, audience_of
from core.plots import Kind, Label, Plot, Point, Series
from mail import pacing
from organisation.models import AuditEvent, Organisation, User

State = Sending.State
_BEGUN = {State.SENDING, State.PAUSED, State.DONE, State.STOPPED}


@dataclass(frozen=True)
class Situation:
    """An issue and its sending, if somebody asked for one."""

    issue: NewsletterIssuePage
    sending: Sending | None

    @property
    def state(self) -> str:
        return self.sending.state if self.sending else ""

    @property
    def has_begun(self) -> bool:
        return self.state in _BEGUN

    @property
    def can_be_asked(self) -> bool:
        return self.sending is None or self.state == State.RETURNED

    @property
    def is_changed(self) -> bool:
        """Whether the issue was changed after it was asked for: then what left, or leaves, is older."""
        if self.sending is None:
            return False
        asked = self.sending.revision
        return (
            asked is None or asked.pk != self.issue.latest_revision_id or asked.created_at != self.sending.revision_at
        )

    @property
    def revision(self) -> Revision | None:
        """What is sent, or would be: what was agreed to, or else what was saved last."""
        if self.sending and self.state != State.RETURNED and self.sending.revision_id:
            return self.sending.revision
        found: Revision | None = self.issue.latest_revision
        return found

    @property
    def letter(self) -> NewsletterIssuePage:
        """The issue as that revision has it."""
        return self.revision.as_object() if self.revision else self.issue


def find(pk: int) -> Situation:
    """Return the situation of an issue.

    :raises Http404: if there is no such issue
    """
    issue = NewsletterIssuePage.objects.select_related("latest_revision").filter(pk=pk).first()
    if issue is None:
        raise Http404
    related = ["revision", "asked_by", "agreed_by"]
    return Situation(issue, Sending.objects.select_related(*related).filter(issue=issue).first())


def context(found: Situation, *, user: User, at: datetime) -> dict[str, Any]:
    """Return what the page shows besides its forms."""
    sending = found.sending
    seen = heartbeat.last(at=at)
    shown: dict[str, Any] = {
        "situation": found,
        "issue": found.issue,
        "sending": sending,
        "checked": checking.last(found.revision) if found.revision else None,
        "modes": _modes(found.issue),
        "seen": seen,
        "worker_is_late": heartbeat.is_late(seen, at=at),
        "is_mine": bool(sending and sending.asked_by_id == user.pk),
        "steps": _steps(sending) if sending else [],
        "asked_for": asking.asked_for(sending) if sending else "",
    }
    if sending and sending.state in {State.ASKED, State.WAITING, State.HELD}:
        shown["reach"] = reach_of(sending, at=at)
        # A time that has passed before somebody agreed means: in five minutes.
        shown["later"] = bool(sending.not_before and sending.not_before > at + asking.GRACE)
    if sending and sending.state == State.WAITING and sending.due_at:
        left = max(timedelta(0), sending.due_at - at)
        shown |= {"left": _left(left), "is_soon": left <= asking.GRACE}
    if sending and found.has_begun:
        shown |= _outcome(sending, at=at)
    return shown


def reach_of(sending: Sending | None, *, at: datetime) -> Reach:
    """Count whom it is asked for; everyone, if nobody has asked yet."""
    return reach(audience_of(sending, at=at) if sending else Audience(), besides=sending, at=at)


def _left(left: timedelta) -> str:
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    if minutes >= 60:
        return ""
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}


def _modes(issue: NewsletterIssuePage) -> list[tuple[str, Any]]:
    return list(issue.preview_modes)


def _steps(sending: Sending) -> list[tuple[datetime, str, str]]:
    """Return when, who and what, oldest first."""
    events = list(
        AuditEvent.objects.filter(
            object_type=sending._meta.label, object_id=str(sending.pk), action__startswith="cms.sending_"
        ).order_by("position")
    )
    people = {user.pk: str(user) for user in User.objects.filter(pk__in={event.actor_id for event in events})}
    worker = _("the worker")
    befores = [None, *events]
    return [
        (event.at, people.get(event.actor_id or 0, worker), _said(event, before))
        for event, before in zip(events, befores, strict=False)
    ]


def _said(event: AuditEvent, before: AuditEvent | None) -> str:
    """Say in words what was done; some deeds are told by what was done before them, and by whom."""
    action = event.action
    is_own = before is not None and before.action == "cms.sending_asked" and before.actor_id == event.actor_id
    if is_own and action == "cms.sending_returned":
        return _("took it back")
    words = {
        "cms.sending_asked": _("asked for it"),
        "cms.sending_waiting": pgettext("who did what", "agreed"),
        "cms.sending_returned": _("sent it back"),
        "cms.sending_held": _("held it"),
        "cms.sending_sending": _("began"),
        "cms.sending_paused": _("paused it"),
        "cms.sending_stopped": _("stopped it for good"),
        "cms.sending_done": _("was through"),
    }
    after = {
        ("cms.sending_held", "cms.sending_waiting"): _("gave it a new time"),
        ("cms.sending_waiting", "cms.sending_returned"): _("called it back"),
        ("cms.sending_held", "cms.sending_returned"): _("called it back"),
        ("cms.sending_paused", "cms.sending_sending"): _("went on"),
        ("cms.sending_done", "cms.sending_sending"): _("went on for a letter that was uncertain"),
    }
    return after.get((before.action if before else "", action)) or words.get(action, action)


def _outcome(sending: Sending, *, at: datetime) -> dict[str, Any]:
    counted = results.of(sending)
    # While letters leave, the page looks again every five seconds: then the numbers are enough.
    is_over = sending.ended_at is not None and counted.sent
    return {
        "results": counted,
        "plot": _plot(sending, until=counted.last_at or at) if is_over else None,
        "rests": resting.of(sending, at=at),
        "per_minute": pacing.limits().in_all,
    }


def _plot(sending: Sending, *, until: datetime) -> Plot | None:
    spans = results.over_time(sending, until=until)
    if len(spans) < 2:
        return None
    zone = ZoneInfo(Organisation.current().time_zone)
    starts = [span.start.astimezone(zone) for span in spans]
    labels = [Label(date_format(start, "DATETIME_FORMAT"), date_format(start, "H:i")) for start in starts]
    accepted = Series(_("Accepted"), [Point(span.accepted, str(span.accepted)) for span in spans])
    refused = Series(_("Refused"), [Point(span.refused, str(span.refused)) for span in spans])
    return Plot(
        key="over-time",
        kind=Kind.STACKED,
        title=_("Letters over time"),
        description=_("How many letters the mail server took and refused in each %(minutes)s minutes")
        % {"minutes": spans[0].minutes},
        along=_("From"),
        labels=labels,
        series=[accepted, refused],
    )
