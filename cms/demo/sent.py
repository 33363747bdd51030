"""The demonstration's letters: one issue that left three weeks ago, with what became of each letter, and one that waits.

No mail server is asked: what it would have said stands here. All else is done by the deeds that do it in life.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from cms.demo import readers
from cms.models import Delivery, NewsletterIssuePage, Sending, Subscriber
from cms.readers import leaving
from cms.sending import asking, message_ids, reports, telling, two_people
from mail import reports as mail_reports
from mail.models import MailReport
from organisation.models import User

_SENT, _WAITS = 3, 4  # numbers of issues
_DAYS_AGO = 20
_REFUSED = "550 5.1.1 recipient refused"
_BOUNCE, _LEAVE, _PAUSE, _LEFT_BEFORE = 2, 2, 3, 2
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@transaction.atomic
def build(*, editor: User, second: User, at: datetime) -> None:
    """Make readers, the sending that is over and the one that waits for a second person. Again: nothing.

    One transaction, so that no worker ever finds these letters on their way.
    """
    if Sending.objects.exists():
        return
    sent_at = at - _DAY * _DAYS_AGO
    if not Subscriber.objects.exists():
        readers.build(at=sent_at - _DAY)
        readers.build_unconfirmed(at=at)
    _some_rest_or_leave(at=sent_at - _HOUR * 2)
    issue = NewsletterIssuePage.objects.filter(number=_SENT, live=True).first()
    if issue is not None:
        _send(issue, editor=editor, second=second, at=sent_at)
    draft = NewsletterIssuePage.objects.filter(number=_WAITS, live=False).first()
    if draft is not None:
        # The demonstration writes to nobody.
        telling.no_more(two_people.ask(issue=draft, audience=two_people.Audience(), by=editor, at=at - _HOUR))


def _some_rest_or_leave(*, at: datetime) -> None:
    active = Subscriber.objects.filter(state=Subscriber.State.ACTIVE, source=Subscriber.Source.FORM).order_by("pk")
    first = list(active[: _PAUSE + _LEFT_BEFORE])
    for reader in first[:_PAUSE]:
        leaving.pause(reader, until=leaving.in_months(3, at=at), how="own_page", at=at)
    for reader in first[_PAUSE:]:
        leaving.leave(reader, how=Subscriber.Left.DESK, delivery=None, at=at)


def _send(issue: NewsletterIssuePage, *, editor: User, second: User, at: datetime) -> None:
    sending = asking.ask(issue=issue, by=editor, to=Sending.To.EVERYONE, at=at - _HOUR)
    sending = asking.agree(sending=sending, by=second, seen=asking.asked_for(sending), at=at - asking.GRACE)
    sending = asking.start(sending=sending, at=at)
    _hand_over(sending, at=at)
    asking.finish(sending=sending, at=at + timedelta(minutes=2))
    _what_came_after(sending, at=at)


def _hand_over(sending: Sending, *, at: datetime) -> None:
    """Write down what the engine would have: each letter taken, then accepted; one refused."""
    waiting = sending.deliveries.filter(state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.SENDING, claimed_at=at, claimed_by="demonstration", attempts=F("attempts") + 1)
    under_way = sending.deliveries.filter(state=Delivery.State.SENDING)
    refused = under_way.order_by("pk").last()
    settled = at + timedelta(minutes=1)
    if refused is not None:
        under_way.filter(pk=refused.pk).update(state=Delivery.State.REFUSED, settled_at=settled, answer=_REFUSED)
    under_way.update(state=Delivery.State.ACCEPTED, settled_at=settled, answer="250 2.0.0 accepted (made up)")


def _what_came_after(sending: Sending, *, at: datetime) -> None:
    """Some letters came back an hour later, and some readers left by the link of theirs."""
    accepted = sending.deliveries.filter(state=Delivery.State.ACCEPTED).select_related("subscriber").order_by("pk")
    letters = list(accepted[: _BOUNCE + _LEAVE])
    said = [
        mail_reports.Said(
            key=f"demonstration:{letter.pk}",
            kind=MailReport.Kind.BOUNCED,
            status="5.1.1",
            message_id=message_ids.message_id(letter.pk),
            email="",
            source="mailbox",
        )
        for letter in letters[:_BOUNCE]
    ]
    mail_reports.keep(said, at=at + _HOUR)
    reports.take(at=at + _HOUR)
    for letter in letters[_BOUNCE:]:
        if letter.subscriber:
            leaving.leave(letter.subscriber, how=Subscriber.Left.ONE_CLICK, delivery=letter.pk, at=at + _HOUR * 3)
