"""What a donor is told when payments of a recurring gift fail, and when.

One failed payment is tried several times over two or three weeks, as Stripe is set. The donor hears of the first
failure; of a later one only if what helps is another thing than before (no money last week, an expired card now);
once more before it is too late; and of the end. That it worked after all stands in the letter with the receipt.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from donations import declines, letterhead, recurring_letters
from donations.models import Dispute, FailedRenewal, Subscription, SubscriptionChange
from donations.recurring_letters import Ending

# Stripe gives up two weeks after the first failure as it is usually set (8 tries), in the sandbox after 15 days. How it
# is set cannot be asked (docs.stripe.com/billing/revenue-recovery/smart-retries).
LAST_NOTICE_AFTER = timedelta(days=10)
# What has failed for so long is no news any more; it keeps the sweep's search short, too.
_NO_LONGER_NEWS = timedelta(days=60)
_STOP = SubscriptionChange.Kind.STOP


def answer_failure(failure: FailedRenewal, *, confirm_at: str, at: datetime) -> None:
    """Tell the donor of a try that has just failed, unless they were told as much.

    :param confirm_at: Stripe's page where the payment can be confirmed or made by hand; empty if there is none
    """
    if failure.subscription.stop_asked_at:
        return  # They do not want to be charged: that it did not work is fine with them.
    if declines.advice(failure.reason).kind == declines.AUTHENTICATION:
        recurring_letters.authentication_required(failure=failure, confirm_at=confirm_at, at=at)
    else:
        recurring_letters.payment_failed(failure=failure, at=at)


def send_last_notices(*, at: datetime) -> int:
    """Tell those whose payment still fails ten days after its first try what will happen next.

    :returns: how many were told
    """
    return letterhead.write_each(
        _due_for_last_notice(at), lambda failure: recurring_letters.last_notice(failure=failure, at=at)
    )


def _due_for_last_notice(at: datetime) -> QuerySet[FailedRenewal]:
    """Return the newest try of each payment that has failed for that long, of gifts that nobody has stopped."""
    of_same = FailedRenewal.objects.filter(subscription=OuterRef("subscription")).order_by("-noted_at", "-pk")
    stop = SubscriptionChange.objects.filter(subscription=OuterRef("subscription"), kind=_STOP, refused_at=None)
    return (
        FailedRenewal.objects.filter(
            ~Exists(stop),
            ~letterhead.is_queued(recurring_letters.LAST_NOTICE, OuterRef("invoice_id")),
            letterhead.has_address("subscription__donor"),
            subscription__state__in=Subscription.FAILING,
            noted_at__gt=at - _NO_LONGER_NEWS,
            pk=Subquery(of_same.values("pk")[:1]),
        )
        .annotate(since=Subquery(_first_tries()))
        .filter(since__lte=at - LAST_NOTICE_AFTER)
        .select_related("subscription__checkout", "subscription__fund", "subscription__donor__merged_into")
        .order_by("pk")
    )


def _first_tries() -> QuerySet[FailedRenewal, datetime]:
    """Return when the payment of the outer row failed for the first time."""
    same_invoice = FailedRenewal.objects.filter(invoice_id=OuterRef("invoice_id")).order_by().values("invoice_id")
    return same_invoice.annotate(since=Min("noted_at")).values_list("since", flat=True)


def answer_end(subscription: Subscription, *, because: str, at: datetime) -> None:
    """Tell a donor that their gift has ended, and why; nothing of one that never began or ended long ago.

    :param because: Stripe's word for why
    """
    is_news = subscription.ended_at is None or subscription.ended_at > at - _NO_LONGER_NEWS
    if subscription.state == Subscription.State.CANCELED and is_news:
        recurring_letters.ended(subscription=subscription, why=why_ended(subscription, because=because), at=at)


def why_ended(subscription: Subscription, *, because: str) -> Ending:
    """Return why a gift has ended: by a wish that stands in our rows, else as Stripe says."""
    stop = subscription.changes.filter(kind=_STOP, refused_at=None).first()
    if stop is None:
        return {"payment_failed": Ending.PAYMENTS_FAILED, "payment_disputed": Ending.BANK_TOOK_BACK}.get(
            because, Ending.AT_STRIPE
        )
    if stop.asked_by_id:
        return Ending.BY_STAFF
    # A dispute stops the gift in its donor's name; it is noted in the same moment.
    taken_back = Dispute.objects.filter(
        payment__subscription=subscription, moves__is_withdrawal=True, noted_at__lte=stop.asked_at
    )
    return Ending.BANK_TOOK_BACK if taken_back.exists() else Ending.BY_DONOR
