"""A sending that two people agreed to, its readers, and a real SMTP server to send it to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.timezone import now as wall_clock

from cms.models import Delivery, NewsletterIssuePage, Sending, Subscriber
from cms.models.subscribers import address_index
from cms.sending import asking, engine, sweeping
from mail.models import OutgoingEmail, Pace
from organisation.models import User


def readers(*names: str, domain: str = "mail.example", language: str = "en") -> list[Subscriber]:
    """Readers who confirmed; a name may be a whole address."""
    addresses = [name if "@" in name else f"{name}@{domain}" for name in names]
    at = wall_clock()
    return Subscriber.objects.bulk_create(
        Subscriber(
            email=address,
            address_index=address_index(address),
            state=Subscriber.State.ACTIVE,
            language=language,
            created_at=at,
            consented_at=at,
        )
        for address in addresses
    )


def agreed(issue: NewsletterIssuePage, people: Sequence[User], *, at: datetime | None = None) -> Sending:
    """Let one person ask for an issue and another agree, five minutes before ``at`` (now)."""
    asked_at = (at or wall_clock()) - asking.GRACE
    sending = asking.ask(issue=issue, by=people[0], to=Sending.To.EVERYONE, at=asked_at)
    sending = asking.agree(sending=sending, by=people[1], seen=asking.asked_for(sending), at=asked_at)
    # That an issue waits for a second person is a letter too, and not what is looked at here.
    OutgoingEmail.objects.filter(key__startswith="newsletter_waits").delete()
    return sending


def begun(issue: NewsletterIssuePage, people: Sequence[User]) -> Sending:
    """A sending whose readers are frozen and whose letters are due."""
    sending = agreed(issue, people)
    sweeping.begin(sending=sending, at=wall_clock())
    sending.refresh_from_db()
    return sending


def send() -> int:
    """Let one worker send what is due; return for how many readers it did something."""
    return engine.Worker().work(is_over=lambda: False)


def states(sending: Sending) -> dict[str, str]:
    """Return the state of each reader's letter, with the reason if it was left out, by what stands before the @."""
    rows = Delivery.objects.filter(sending=sending).select_related("subscriber")
    return {row.subscriber.email.partition("@")[0] if row.subscriber else "": row.reason or row.state for row in rows}


def let_time_pass() -> None:
    """What waits is due now, and who rests has rested."""
    Delivery.objects.filter(state=Delivery.State.QUEUED).update(due_at=wall_clock() - timedelta(seconds=1))
    Pace.objects.update(rests_until=None)
