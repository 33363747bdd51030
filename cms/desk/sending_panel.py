"""What of the newsletter waits for this person, on the first page of the desk."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from cms.models import Delivery, Sending
from cms.sending import heartbeat
from core import clock
from organisation.models import User

State = Sending.State


@dataclass(frozen=True)
class Waiting:
    """One issue and why it waits."""

    title: str
    url: str
    words: str


class SendingPanel(Component):
    """Second persons wanted, held and uncertain letters, and what is under way; nothing, if there is none."""

    name = "newsletter"
    order = 130
    template_name = "cms/desk/letters_panel.html"

    def __init__(self, user: User) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        at = clock.now()
        found = list(_found())
        due = [sending for sending in found if sending.state in {State.WAITING, State.SENDING}]
        is_late = bool(due) and heartbeat.is_late(heartbeat.last(at=at), at=at)
        return {
            "waiting": [each for each in (self._waiting(sending) for sending in found) if each],
            "worker_is_late": is_late,
        }

    def _waiting(self, sending: Sending) -> Waiting | None:
        words = {
            State.ASKED: _("waits for a second person: you may agree"),
            State.RETURNED: _("was sent back to you"),
            State.HELD: _("is held and needs a new time"),
            State.PAUSED: _("is paused"),
            State.SENDING: _("is being sent"),
            State.WAITING: _("is agreed and waits for its time"),
        }.get(State(sending.state), "")
        is_own = sending.asked_by_id == self.user.pk
        if sending.state == State.ASKED and is_own:
            words = _("waits for a second person, who must not be you")
        if sending.state == State.RETURNED and not is_own:
            words = ""
        if getattr(sending, "is_uncertain", False):
            words = _("has uncertain letters: somebody must say what became of them")
        url = reverse("cms_sending", args=[sending.issue_id])
        return Waiting(sending.issue.draft_title, url, words) if words else None


def _found() -> Any:
    over = [State.DONE, State.STOPPED]
    uncertain = Delivery.objects.filter(sending=OuterRef("pk"), state=Delivery.State.UNCERTAIN)
    found = Sending.objects.annotate(is_uncertain=Exists(uncertain)).select_related("issue")
    rows = found.exclude(state__in=over) | found.filter(state__in=over, is_uncertain=True)
    return rows.defer("issue__articles", "issue__intro", "issue__corrections").order_by("-pk")
