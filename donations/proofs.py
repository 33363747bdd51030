"""Proves on live data what must be true of gifts and receipts. Yields a sentence for everything that is not."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from django.db.models import Count, Exists, Max, OuterRef, prefetch_related_objects

from core.money import to_minor
from donations import erasing, receipts
from donations.booking import reference
from donations.models import (
    Dispute,
    DisputeMove,
    Duplicate,
    Method,
    OfflineGift,
    Paper,
    Payment,
    Payout,
    Receipt,
    ReceiptDetails,
    ReceiptDocument,
    ReceiptSeries,
    Refund,
)
from ledger.models import ASSETS, Account, Entry, Kind, Transaction

# Rows that are in memory at a time.
_PART = 1000


def broken() -> Iterator[str]:
    yield from _numbers()
    yield from _receipts()
    yield from _erased()
    yield from _documents()
    yield from _details()
    yield from _payments()
    yield from _refunds()
    yield from _disputes()
    yield from _payouts()
    yield from _lines_of_stripe()
    yield from _belongings()


def checked() -> dict[str, int]:
    """Return how much there was to check."""
    return {
        "gifts": Payment.objects.count(),
        "refunds": Refund.objects.count(),
        "disputes": Dispute.objects.count(),
        "payouts": Payout.objects.count(),
        "receipts": Receipt.objects.count(),
        "receipt documents": ReceiptDocument.objects.count(),
        "duplicates": Duplicate.objects.count(),
        "details of receipts": ReceiptDetails.objects.count(),
    }


def _numbers() -> Iterator[str]:
    """Numbers are unique by constraint; so as many as the highest, and as the counter, means no gap."""
    of_receipts = ReceiptSeries.objects.filter(paper=Paper.RECEIPT)
    for series in of_receipts.annotate(many=Count("receipts"), highest=Max("receipts__sequence")):
        if not series.many == (series.highest or 0) == series.last_number:
            yield f"receipt series {series} has a gap: {series.many} receipts, counted to {series.last_number}"


def _receipts() -> Iterator[str]:
    following = Receipt.objects.filter(replaces=OuterRef("pk"))
    prefixes = dict(ReceiptSeries.objects.values_list("pk", "prefix"))
    for receipt in Receipt.objects.annotate(is_followed=Exists(following)).iterator(chunk_size=_PART):
        if receipt.number != f"{prefixes[receipt.series_id]}{receipt.sequence:06d}":
            yield f"receipt {receipt} does not carry the number of its place in the series"
        if not receipt.erased_at and bytes(receipt.snapshot_sha256) != receipts.digest(receipt.snapshot):
            yield f"the snapshot of receipt {receipt} was changed"
        amount = [receipt.amount_minor, receipt.currency]
        if receipt.snapshot.get("number") != receipt.number or receipt.snapshot.get("amount") != amount:
            yield f"receipt {receipt} says something else than its snapshot"
        if receipt.is_followed != (receipt.state == Receipt.State.REPLACED):
            yield f"receipt {receipt} is {receipt.state}, which does not fit what follows it"


def _erased() -> Iterator[str]:
    for receipt in erasing.naming_receipts().order_by("pk"):
        yield f"receipt {receipt} names a donor who was erased"


def _documents() -> Iterator[str]:
    for prints, name in ((ReceiptDocument, "PDF"), (Duplicate, "duplicate")):
        kept = prints._default_manager.filter(pdf__isnull=False)
        for document in kept.select_related("receipt").defer("receipt__snapshot").iterator(chunk_size=50):
            if hashlib.sha256(document.content).digest() != bytes(document.sha256):
                yield f"the {name} of receipt {document.receipt} does not have the hash that was kept"
            if document.receipt.erased_at:
                yield f"the {name} of receipt {document.receipt} still names a donor who was erased"


def _details() -> Iterator[str]:
    """What the donor received in return stands on the valid receipt; goods say what they are."""
    newest = ReceiptDetails.objects.order_by("payment", "-pk").distinct("payment")
    benefits = dict(newest.values_list("payment", "benefit_minor"))
    for receipt in Receipt.objects.filter(state=Receipt.State.ISSUED, payment__in=benefits).iterator(chunk_size=500):
        said = receipt.snapshot.get("benefit") or [0]
        if said[0] != min(benefits[receipt.payment_id], receipt.amount_minor):
            yield f"receipt {receipt} does not say what its donor received in return"
    nameless = OfflineGift.objects.filter(payment__donor__erased_at=None, payment__donor__merged_into=None)
    for gift in nameless.filter(payment__method=Method.IN_KIND, goods="").select_related("payment"):
        yield f"gift {gift} is of goods and does not say which"
    for gift in OfflineGift.objects.exclude(payment__method=Method.IN_KIND).exclude(goods="").select_related("payment"):
        yield f"gift {gift} is of money and names goods"


def _payments() -> Iterator[str]:
    payments = Payment.objects.select_related("ledger_transaction").order_by("pk").iterator(chunk_size=_PART)
    while part := list(islice(payments, _PART)):
        entries, valid, lessened = _entries_of(part), _valid_receipts_of(part), _lessened(part)
        for payment in part:
            booked = payment.ledger_transaction
            if booked.kind != Kind.GIFT or booked.reference != reference(payment):
                yield f"gift {payment} points at a ledger transaction that books something else"
            wanted = {
                (_where(payment), payment.net_minor),
                (Account.FEES, payment.fee_minor),
                (_what(payment), -payment.gross_minor),
            }
            if entries[booked.pk, payment.fund_id] != {side for side in wanted if side[1]}:
                yield f"gift {payment} and its ledger transaction do not agree"
            remaining = to_minor(payment.remaining) if payment.pk in lessened else payment.given_minor
            amounts = valid[payment.pk]
            wanted_receipts = [remaining] if remaining else []
            # An offline gift's receipt is issued on request.
            if amounts != wanted_receipts and (payment.is_online or amounts):
                yield f"gift {payment} has {len(amounts)} valid receipts over {amounts}, where {remaining} is left of it"


# Of many gifts at once, in plain tuples: making a row of each entry and receipt is most of what the proof would take.


def _entries_of(part: list[Payment]) -> dict[tuple[int, int], set[tuple[str, int]]]:
    """Return accounts and amounts that were booked, by transaction and fund."""
    found: dict[tuple[int, int], set[tuple[str, int]]] = defaultdict(set)
    rows = Entry.objects.filter(transaction__in=[payment.ledger_transaction_id for payment in part])
    for booked, fund, account, minor in rows.values_list("transaction_id", "fund_id", "account", "amount_minor"):
        found[booked, fund].add((account, minor))
    return found


def _valid_receipts_of(part: list[Payment]) -> dict[int, list[int]]:
    """Return the amounts of valid receipts, by gift."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = Receipt.objects.filter(payment__in=[payment.pk for payment in part], state=Receipt.State.ISSUED)
    for payment, minor in rows.values_list("payment_id", "amount_minor"):
        found[payment].append(minor)
    return found


def _lessened(part: list[Payment]) -> set[int]:
    """Return the gifts of which something went back, or was to; fetch what it was."""
    numbers = [payment.pk for payment in part]
    found = set(Refund.objects.filter(payment__in=numbers).values_list("payment_id", flat=True))
    found.update(Dispute.objects.filter(payment__in=numbers).values_list("payment_id", flat=True))
    prefetch_related_objects([payment for payment in part if payment.pk in found], "refunds", "disputes__moves")
    return found


def _where(payment: Payment) -> Account:
    """Return the account that a gift came to; goods are used as they come, so that no fund has more to spend."""
    if payment.is_online:
        return Account.STRIPE
    return Account.BANK if payment.is_money else Account.IN_KIND


def _what(payment: Payment) -> Account:
    return Account.GIFTS if payment.is_money else Account.GIFTS_IN_KIND


def _refunds() -> Iterator[str]:
    refunds = (
        Refund.objects.filter(ledger_transaction__isnull=False)
        .select_related("payment", "ledger_transaction", "failure_transaction")
        .prefetch_related("ledger_transaction__entries", "failure_transaction__entries")
    )
    for refund in refunds.iterator(chunk_size=500):
        is_same_money = refund.payment.currency == refund.currency
        wanted = refund.amount_minor if is_same_money else None
        if refund.ledger_transaction and not _takes(refund.ledger_transaction, Kind.REFUND, refund.payment, wanted):
            yield f"refund {refund} and its ledger transaction do not agree"
        back = refund.failure_transaction
        if back and not _takes(back, Kind.REFUND_FAILED, refund.payment, -wanted if wanted else None):
            yield f"refund {refund} and the ledger transaction of its failure do not agree"


def _disputes() -> Iterator[str]:
    moves = DisputeMove.objects.select_related("dispute__payment", "ledger_transaction").prefetch_related(
        "ledger_transaction__entries"
    )
    for move in moves.iterator(chunk_size=500):
        booked, payment = move.ledger_transaction, move.dispute.payment
        kind = Kind.DISPUTE if move.is_withdrawal else Kind.DISPUTE_RETURNED
        if booked.reference != f"stripe:{move.balance_transaction_id}" or not _takes(booked, kind, payment, None):
            yield f"dispute {move.dispute} and its ledger transaction {booked} do not agree"
    for dispute in Dispute.objects.prefetch_related("moves").iterator(chunk_size=500):
        if sum(1 if move.is_withdrawal else -1 for move in dispute.moves.all()) not in {0, 1}:
            yield f"dispute {dispute} gave back what it had not taken, or took it twice"


def _takes(booked: Transaction, kind: Kind, payment: Payment, minor: int | None) -> bool:
    """Return whether a transaction of that kind takes from the gift's fund (or gives back) so much; none: anything."""
    entries = booked.entries.all()
    gifts = sum(entry.amount_minor for entry in entries if entry.account == _what(payment))
    is_right_way = gifts > 0 if kind in {Kind.REFUND, Kind.DISPUTE} else gifts < 0
    is_of_the_fund = {entry.fund_id for entry in entries} == {payment.fund_id}
    moves_no_money = payment.is_money or not any(entry.account in ASSETS for entry in entries)
    is_fitting = is_right_way and is_of_the_fund and moves_no_money
    return booked.kind == kind and is_fitting and minor in {None, gifts}


def _payouts() -> Iterator[str]:
    payouts = Payout.objects.filter(ledger_transaction__isnull=False).prefetch_related(
        "ledger_transaction__entries", "failure_transaction__entries"
    )
    for payout in payouts.iterator(chunk_size=500):
        sides = [(payout.ledger_transaction, Kind.PAYOUT, 1), (payout.failure_transaction, Kind.PAYOUT_FAILED, -1)]
        for booked, kind, sign in sides:
            if booked is None:
                continue
            entries = booked.entries.all()
            at_bank = sum(entry.amount_minor for entry in entries if entry.account == Account.BANK)
            # What it cost to be quick is beside it; another currency than the funds' is the bank's own matter.
            is_converted = any(entry.currency != payout.currency for entry in entries)
            if booked.kind != kind or not (is_converted or at_bank == sign * payout.amount_minor):
                yield f"payout {payout} and its ledger transaction {booked} do not agree"
        left, back = payout.ledger_transaction, payout.failure_transaction
        if left and back and _shares(left) != {fund: -share for fund, share in _shares(back).items()}:
            yield f"payout {payout} came back to other funds than it left"


def _shares(booked: Transaction) -> dict[int, int]:
    return {entry.fund_id: entry.amount_minor for entry in booked.entries.all() if entry.account == Account.BANK}


def _lines_of_stripe() -> Iterator[str]:
    """The Stripe account of the books is the sum of lines of the Stripe balance."""
    # Two people may say what was there before, and whose it is; no line of Stripe's is behind either.
    no_line = [Kind.DISBURSEMENT, Kind.OPENING, Kind.TRANSFER, Kind.REVERSAL]
    at_stripe = Transaction.objects.filter(Exists(Entry.objects.filter(transaction=OuterRef("pk"), account="stripe")))
    for booked in at_stripe.exclude(reference__startswith="stripe:").exclude(kind__in=no_line):
        yield f"ledger transaction {booked} moves the Stripe balance and names no line of it"


def _belongings() -> Iterator[str]:
    """Whatever nobody booked by hand is booked for one row, and moves what that row says; fees of Stripe's have none."""
    booked_for = {
        Kind.GIFT: Payment.objects.filter(ledger_transaction=OuterRef("pk")),
        Kind.REFUND: Refund.objects.filter(ledger_transaction=OuterRef("pk")),
        Kind.REFUND_FAILED: Refund.objects.filter(failure_transaction=OuterRef("pk")),
        Kind.DISPUTE: DisputeMove.objects.filter(ledger_transaction=OuterRef("pk"), is_withdrawal=True),
        Kind.DISPUTE_RETURNED: DisputeMove.objects.filter(ledger_transaction=OuterRef("pk"), is_withdrawal=False),
        Kind.PAYOUT: Payout.objects.filter(ledger_transaction=OuterRef("pk")),
        Kind.PAYOUT_FAILED: Payout.objects.filter(failure_transaction=OuterRef("pk")),
    }
    for kind, rows in booked_for.items():
        for booked in Transaction.objects.filter(~Exists(rows), kind=kind).iterator(chunk_size=_PART):
            yield f"ledger transaction {booked} belongs to no gift, refund, dispute or payout"
    elsewhere = Entry.objects.filter(transaction=OuterRef("pk")).exclude(account__in=[Account.STRIPE, Account.FEES])
    for booked in Transaction.objects.filter(Exists(elsewhere), kind=Kind.PROVIDER_FEE).iterator(chunk_size=_PART):
        yield f"ledger transaction {booked} is a fee and moves more than the Stripe balance and the fees"
