"""Proves on live data what must hold for every request, and names what does not."""

import uuid
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from aid import decision_proofs
from aid.models import AidRequest, CaseEvent, Decision, Disbursement, DisbursementAttempt
from aid.statuses import Status, can_follow
from ledger.models import Account, Entry, Kind, Promise, Transaction


def broken() -> Iterator[str]:
    """Name everything that contradicts the rules of aid."""
    yield from _broken_histories()
    yield from _broken_promises()
    yield from _broken_payments()
    yield from _payments_of_nothing()
    yield from decision_proofs.broken()


def checked() -> dict[str, int]:
    """Return how much there was to check."""
    return {
        "aid requests": AidRequest.objects.count(),
        "aid steps": CaseEvent.objects.count(),
        "aid decisions": Decision.objects.count(),
        "aid payments": DisbursementAttempt.objects.count(),
    }


def _broken_histories() -> Iterator[str]:
    """Every step follows from the one before it by an allowed pair, up to the status as it stands."""
    events: dict[uuid.UUID, list[CaseEvent]] = {}
    for event in CaseEvent.objects.order_by("request_id", "version").iterator():
        events.setdefault(event.request_id, []).append(event)
    for request in AidRequest.objects.iterator():
        status: str = Status.DRAFT
        for place, event in enumerate(events.get(request.pk, []), start=1):
            is_next = event.version == place and event.from_status == status
            if not is_next or not can_follow(event.from_status, event.to_status):
                yield f"{request}: step {event.version} ({event}) does not follow"
            status = event.to_status
        if status != request.status or request.version != len(events.get(request.pk, [])):
            yield f"{request}: is {request.status}, but its history ends with {status}"


_EXPECTED = {
    Status.APPROVED: Promise.State.OPEN,
    Status.PAID: Promise.State.SETTLED,
    Status.CONFIRMED: Promise.State.SETTLED,
}


def _broken_promises() -> Iterator[str]:
    """An approved request has an open promise of its amount; one that is neither approved nor paid has none."""
    for disbursement in Disbursement.objects.select_related("request", "promise").iterator():
        request, promise = disbursement.request, disbursement.promise
        expected = _EXPECTED.get(Status(request.status)) if disbursement.ended_at is None else None
        has_ended = disbursement.ended_at is not None and promise.state != Promise.State.OPEN
        if promise.state != expected and not has_ended:
            yield f"{request}: is {request.status}, but its promise is {promise.state}"
        if (promise.amount_minor, promise.currency, promise.fund_id) != (
            disbursement.amount_minor,
            disbursement.currency,
            request.fund_id,
        ):
            yield f"{request}: promise and disbursement differ"
    owed = {Status.APPROVED, Status.PAID, Status.CONFIRMED}
    live = Disbursement.objects.filter(request=OuterRef("pk"), ended_at__isnull=True)
    for request in AidRequest.objects.filter(~Exists(live), status__in=owed).iterator():
        yield f"{request}: is {request.status} without a disbursement"


def _broken_payments() -> Iterator[str]:
    """A paid request has one sent attempt, whose transaction moved exactly the approved amount out of its fund."""
    paid = Disbursement.objects.filter(request__status__in=[Status.PAID, Status.CONFIRMED], ended_at__isnull=True)
    moved = _moved()
    for disbursement in paid.select_related("request", "promise").prefetch_related("attempts"):
        request = disbursement.request
        attempts = [one for one in disbursement.attempts.all() if one.state == DisbursementAttempt.State.SENT]
        if len(attempts) != 1:
            yield f"{request}: is {request.status} with {len(attempts)} sent payments"
            continue
        booked = attempts[0].transaction_id
        amount = disbursement.amount_minor
        if moved.get(booked) != {(request.fund_id, Account.AID, amount), (request.fund_id, Account.BANK, -amount)}:
            yield f"{request}: the books moved something else than what was approved"
        if disbursement.promise.settled_by_id != booked:
            yield f"{request}: its promise was settled by another transaction"


def _moved() -> dict[int, set[tuple[int, str, int]]]:
    """Return what each payment of aid moved in the books: fund, account, amount."""
    moved: dict[int, set[tuple[int, str, int]]] = {}
    payments = DisbursementAttempt.objects.values("transaction")
    entries = Entry.objects.filter(transaction__in=payments)
    for entry in entries.iterator():
        moved.setdefault(entry.transaction_id, set()).add((entry.fund_id, entry.account, entry.amount_minor))
    return moved


def _payments_of_nothing() -> Iterator[str]:
    """Each payment of aid in the books was sent for a request."""
    attempts = DisbursementAttempt.objects.filter(transaction=OuterRef("pk"))
    for booked in Transaction.objects.filter(~Exists(attempts), kind=Kind.DISBURSEMENT).iterator():
        yield f"ledger transaction {booked} pays aid for no request"
