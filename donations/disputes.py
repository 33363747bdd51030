"""What a donor's bank does: it takes a gift back, gives it back, or only asks. The receipt follows the money."""

from datetime import datetime

from django.db import transaction

from core.money import to_minor
from donations import booking, letters, receipts
from donations.models import Dispute, DisputeMove, Payment, Subscription, SubscriptionChange
from ledger.models import Kind, Transaction
from stripe_gateway import bank
from stripe_gateway.objects import BalanceMove

# Stripe's states of an inquiry begin so; it takes no money, and may become a dispute that does.
_INQUIRY = "warning"


@transaction.atomic
def apply(stated: bank.Dispute, *, payment: Payment, at: datetime) -> Dispute:
    """Take over what Stripe says of a dispute: book each line that moved money, let the receipt say what is left.

    Fundraisers are told once, and again when an inquiry becomes a dispute. The donor, who went to their bank, is not written to. A recurring gift whose payment
    the bank took is stopped: the next one would be taken as well, with another fee.
    """
    payment = receipts.locked(payment)
    was_inquiry = Dispute.objects.filter(stripe_id=stated.id, state__startswith=_INQUIRY).exists()
    facts = {
        "state": stated.state,
        "reason": stated.reason[:60],
        "amount_minor": to_minor(stated.amount),
        "respond_by": stated.respond_by,
    }
    dispute, is_new = Dispute.objects.update_or_create(
        stripe_id=stated.id,
        defaults=facts,
        create_defaults=facts
        | {
            "payment": payment,
            "currency": stated.amount.currency.code,
            "began_at": stated.began_at,
            "noted_at": at,
        },
    )
    for move in stated.moves:
        _book(move, dispute=dispute, at=at)
    receipts.bring_up_to_date(payment=payment, at=at)
    if payment.subscription and dispute.moves.filter(is_withdrawal=True).exists():
        _stop(payment.subscription, at=at)
    if is_new or (was_inquiry and not stated.state.startswith(_INQUIRY)):
        letters.dispute_opened(dispute=dispute, at=at)
    return dispute


def _book(move: BalanceMove, *, dispute: Dispute, at: datetime) -> None:
    """Book a line of a dispute once: gross against the gifts, the fee, which may exceed the gift, to the fees."""
    if Transaction.objects.filter(reference=booking.line_reference(move)).exists():
        return  # Stripe repeats itself; the books must not.
    is_withdrawal = move.net.amount < 0
    kind = Kind.DISPUTE if is_withdrawal else Kind.DISPUTE_RETURNED
    booked = booking.book(kind=kind, move=move, fund=dispute.payment.fund, at=at)
    if move.gross.amount:  # A line without is a fee alone: nothing of the gift moved.
        DisputeMove.objects.create(
            dispute=dispute, balance_transaction_id=move.id, is_withdrawal=is_withdrawal, ledger_transaction=booked
        )


def _stop(subscription: Subscription, *, at: datetime) -> None:
    """Write down that nothing more is to be charged. The sweep tells Stripe: no call is made while books are locked."""
    row = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if not row.has_ended and row.stop_asked_at is None:
        SubscriptionChange.objects.create(subscription=row, kind=SubscriptionChange.Kind.STOP, asked_at=at)
