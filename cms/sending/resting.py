"""Why no letter leaves although a sending is under way: the mail server, or a mail domain, wants us to wait."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import now as wall_clock

from cms.models import Delivery, Sending
from mail import pacing
from mail.models import Pace

_MOST = 5


@dataclass(frozen=True)
class Rest:
    """Who wants us to wait, until when, and what was said. Without a ``domain`` it is the mail server itself."""

    domain: str
    until: datetime
    answer: str


def of(sending: Sending, *, at: datetime) -> list[Rest]:
    """Return what the letters of a sending wait for, the mail server first; nothing, if it is not under way."""
    if sending.state != Sending.State.SENDING:
        return []
    wall = wall_clock()
    waiting = Delivery.objects.filter(sending=sending, state=Delivery.State.QUEUED).values("domain")
    resting = Pace.objects.filter(Q(domain=pacing.EVERYBODY) | Q(domain__in=waiting), rests_until__gt=wall)
    # Rests are by the wall clock, the desk's times by ours.
    return [
        Rest(pace.domain, at + (pace.rests_until - wall), pace.answer)
        for pace in resting.order_by("domain")[:_MOST]
        if pace.rests_until
    ]
