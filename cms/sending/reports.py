"""What follows from reports on letters: the delivery's state, and a reader who leaves because nothing arrives or is wanted.

Reports come in any order, twice, and sometimes before the worker has noted that the letter was accepted.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from cms.models import Delivery, Sending, Subscriber
from cms.readers import leaving
from cms.sending import message_ids
from core import faults
from mail import reports, suppressing, transport
from mail.models import MailReport, Suppression

log = logging.getLogger(__name__)

Kind, State, Left = MailReport.Kind, Delivery.State, Subscriber.Left

_AT_ONCE = 1000
# A report on a letter that is still being handed over waits for the worker, or for who marks it as uncertain.
_LONGEST_WAIT = timedelta(hours=1)
# Mail servers try for up to five days (RFC 5321, 4.5.4.1); then a report tells of another letter.
_REPORTED_WITHIN = timedelta(days=7)
# What was refused at once is looked for this long, in sendings that began this long ago: somebody may send again later.
_REFUSED_WITHIN, _SENT_WITHIN = timedelta(days=1), timedelta(days=30)
# A full mailbox or a block list is no reason to leave. Letters that came back one after the other are, if it went on
# for longer than such things do.
_IN_A_ROW = 5
_FOR_LONGER_THAN = timedelta(days=30)

_REASON = {Left.COMPLAINED: Suppression.Reason.COMPLAINED, Left.BOUNCED: Suppression.Reason.BOUNCED}
# As the trigger has it: see DELIVERY_MOVES.
_FROM = {
    State.BOUNCED: [State.ACCEPTED, State.UNCERTAIN],
    State.COMPLAINED: [State.ACCEPTED, State.UNCERTAIN, State.BOUNCED],
}


def take(*, at: datetime) -> int:
    """Draw the conclusions from reports of which nobody has, each in its own committed step. Safe to run twice and anywhere.

    :returns: how many are done with
    """
    _note_refusals(at=at)
    waiting = MailReport.objects.filter(taken_at=None).order_by("at", "pk").values_list("pk", flat=True)
    taken = 0
    for pk in list(waiting[:_AT_ONCE]):
        try:
            taken += _take(pk, at=at)
        except Exception as error:  # noqa: BLE001 - one that fails must not keep the others; it is logged, and tried again
            faults.report(log, f"report {pk}", error)
    return taken


def _note_refusals(*, at: datetime) -> None:
    """Keep what a server said of an address at the door as a report too, once: a dead one is, whenever it is told.

    What it says of the letter, or of us, is no reader's fault (``refusals``).
    """
    lately = Sending.objects.filter(started_at__gt=at - _SENT_WITHIN)
    refused = Delivery.objects.filter(sending__in=lately, state=State.REFUSED, settled_at__gt=at - _REFUSED_WITHIN)
    answers = {
        f"smtp:{pk}": (pk, answer)
        for pk, answer in refused.values_list("pk", "answer")
        if transport.is_about_the_address(answer)
    }
    known = set(MailReport.objects.filter(key__in=answers).values_list("key", flat=True))
    reports.keep(
        [
            reports.Said(key, Kind.BOUNCED, reports.status_in(answer), message_ids.message_id(pk), "", "smtp")
            for key, (pk, answer) in answers.items()
            if key not in known
        ],
        at=at,
    )


@transaction.atomic
def _take(pk: int, *, at: datetime) -> bool:
    report = MailReport.objects.select_for_update(skip_locked=True).filter(pk=pk, taken_at=None).first()
    if report is None:
        return False  # Another worker is at it.
    delivery = _delivery(report)
    if delivery and delivery.state == State.SENDING and at - report.at < _LONGEST_WAIT:
        return False
    if report.kind != Kind.DELAYED:
        _conclude(report, delivery, at=at)
    report.taken_at = at
    report.save(update_fields=["taken_at"])
    return True


def _conclude(report: MailReport, delivery: Delivery | None, *, at: datetime) -> None:
    reader = _reader(report, delivery)
    if delivery:
        state = State.COMPLAINED if report.kind == Kind.COMPLAINED else State.BOUNCED
        # Whoever was not sure whether it had left knows now.
        Delivery.objects.filter(pk=delivery.pk, state__in=_FROM[state]).update(
            state=state, settled_at=Coalesce("settled_at", report.at)
        )
    if reader is None or _was_lifted(report):
        return
    how = _why_to_leave(report, reader)
    if how:
        if reports.shuts_the_door(report.kind, source=report.source):
            suppressing.suppress(
                address_index=bytes(reader.address_index), reason=_REASON[how], source=report.source, at=at
            )
        leaving.leave(reader, how=how, delivery=None, at=at)


def _was_lifted(report: MailReport) -> bool:
    """Return whether the report suppressed its address as it came, and somebody has let letters go there again since."""
    if report.address_index is None or reports.reason_for(report.kind, report.status, source=report.source) is None:
        return False
    return not Suppression.objects.filter(address_index=report.address_index).exists()


def _why_to_leave(report: MailReport, reader: Subscriber) -> Subscriber.Left | None:
    if report.kind == Kind.COMPLAINED:
        return Left.COMPLAINED
    if reports.is_dead(report.status) or _never_arrives(reader):
        return Left.BOUNCED
    return None


def _never_arrives(reader: Subscriber) -> bool:
    """Return whether the last letters all came back or were refused, for longer than a mail server has trouble."""
    tried = [State.ACCEPTED, State.BOUNCED, State.REFUSED]
    last = list(
        Delivery.objects.filter(subscriber=reader, state__in=tried)
        .order_by("-settled_at", "-pk")
        .values_list("state", "settled_at")[:_IN_A_ROW]
    )
    if len(last) < _IN_A_ROW or any(state == State.ACCEPTED for state, _when in last):
        return False
    first, newest = last[-1][1], last[0][1]
    return first is not None and newest is not None and newest - first > _FOR_LONGER_THAN


def _delivery(report: MailReport) -> Delivery | None:
    """Return the letter it is about: by its name, or else the last one that the reported address got."""
    number = message_ids.delivery_of(report.message_id)
    if number is not None:
        return Delivery.objects.select_related("subscriber").filter(pk=number).first()
    if report.message_id or report.address_index is None:
        return None  # It is about a letter that is no issue.
    after = report.at - _REPORTED_WITHIN
    sent = Delivery.objects.filter(subscriber__address_index=report.address_index).select_related("subscriber")
    left = sent.filter(state__in=_FROM[State.COMPLAINED], settled_at__gt=after) | sent.filter(
        state__in=[State.SENDING, State.UNCERTAIN], claimed_at__gt=after
    )
    return left.order_by("-pk").first()


def _reader(report: MailReport, delivery: Delivery | None) -> Subscriber | None:
    """Return whose letter it was. A report that names another address than theirs is not about them (any more)."""
    if report.address_index is not None:
        return Subscriber.objects.filter(address_index=report.address_index).first()
    return delivery.subscriber if delivery else None
