"""Proves on live data that letters add up: who was selected has one row, and every row says what became of the letter."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Q
from django.utils.timezone import now as wall_clock

from cms.models import Delivery, Sending, SendingVariant
from cms.sending import heartbeat

State = Delivery.State

# What came back in the moment when its sending was stopped is left out by the next sweep.
_SWEPT = timedelta(minutes=10)


def broken() -> Iterator[str]:
    yield from _equations()
    yield from _rows()
    yield from _ends()
    yield from _variants()


def checked() -> dict[str, int]:
    """Return how much there was to check."""
    return {"sendings": Sending.objects.count(), "deliveries": Delivery.objects.count()}


def warned(at: datetime) -> Iterator[str]:
    """Say what somebody should look at: letters that may or may not have arrived, and a worker that does not come."""
    if many := Delivery.objects.filter(state=State.UNCERTAIN).count():
        yield f"{many} letters are uncertain: somebody must say what became of them"
    waiting = Sending.objects.filter(state__in=[Sending.State.WAITING, Sending.State.SENDING]).exists()
    if waiting and heartbeat.is_late(heartbeat.last(at=at), at=at):
        yield "an issue waits, and the worker has not looked for it in the last minutes"


def _equations() -> Iterator[str]:
    """Selected = chosen + left out, as it was written; and as many rows, each in one state."""
    begun = Sending.objects.filter(started_at__isnull=False).annotate(
        rows=Count("deliveries"), out=Count("deliveries", filter=Q(deliveries__state=State.LEFT_OUT))
    )
    for sending in begun.order_by("pk"):
        if sending.selected != (sending.chosen or 0) + (sending.left_out or 0):
            yield f"sending {sending.pk}: selected is not chosen and left out"
        if sending.rows != sending.selected:
            yield f"sending {sending.pk} selected {sending.selected} readers and has {sending.rows} deliveries"
        if sending.left_out != sum((sending.left_out_for or {}).values()) or sending.out < (sending.left_out or 0):
            yield f"sending {sending.pk} does not say why each of {sending.left_out} readers was left out"
    for early in Sending.objects.filter(started_at=None, deliveries__isnull=False).distinct():
        yield f"sending {early.pk} has deliveries and never began"


def _rows() -> Iterator[str]:
    """A letter that left was claimed by somebody; what is settled has its time, once it had begun."""
    settled = [State.ACCEPTED, State.REFUSED, State.LEFT_OUT]
    for delivery in Delivery.objects.filter(state__in=settled, settled_at=None).order_by("pk"):
        yield f"delivery {delivery.pk} is {delivery.state} without a time"
    unclaimed = Delivery.objects.exclude(state__in=[State.QUEUED, State.LEFT_OUT]).filter(
        Q(claimed_at=None) | Q(claimed_by="") | Q(attempts=0)
    )
    for delivery in unclaimed.order_by("pk"):
        yield f"delivery {delivery.pk} is {delivery.state}, and nobody claimed it"
    for delivery in Delivery.objects.filter(settled_at__lt=F("sending__started_at")).order_by("pk"):
        yield f"delivery {delivery.pk} was settled before its sending began"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT claimed_by FROM cms_delivery WHERE state = 'sending' GROUP BY claimed_by HAVING count(*) > 1"
        )
        for (worker,) in cursor.fetchall():
            yield f"worker {worker} has more than one letter in flight"


def _ends() -> Iterator[str]:
    """What has ended leaves nobody waiting."""
    waiting = Q(deliveries__state__in=[State.QUEUED, State.SENDING])
    long_ago = wall_clock() - _SWEPT
    for sending in Sending.objects.filter(waiting, state=Sending.State.DONE).distinct():
        yield f"sending {sending.pk} is done, and letters still wait"
    stopped = Sending.objects.filter(state=Sending.State.STOPPED, ended_at__lt=long_ago, deliveries__state=State.QUEUED)
    for sending in stopped.distinct():
        yield f"sending {sending.pk} was stopped, and letters still wait"


def _variants() -> Iterator[str]:
    """The letter that left is the one that was frozen."""
    for variant in SendingVariant.objects.order_by("pk").iterator(chunk_size=20):
        if hashlib.sha256(bytes(variant.mime)).digest() != bytes(variant.sha256):
            yield f"the letter of sending {variant.sending_id} in {variant.language} does not have the hash that was kept"
    for sending in Sending.objects.filter(started_at__isnull=False, variants=None).order_by("pk"):
        yield f"sending {sending.pk} began without a letter"
