"""A scenario in which everything happens at Stripe that can happen to a gift, and what our books look like then."""

from typing import Any

from django.test import Client

from donations.models import (
    Checkout,
    Dispute,
    FailedRenewal,
    FraudWarning,
    Payment,
    Payout,
    Receipt,
    Refund,
    Subscription,
)
from ledger.models import Transaction
from tests.donations.giving_stage import Stripe, begin, give
from tests.sandbox_process import FAILS_ON_RENEWAL_CARD

REFUND_FAILS_CARD = "4000000000005126"
DAY = 86400
POST = "POST"


def happens_to_gifts(visitor: Client, stripe: Stripe) -> None:
    """Gifts by card: refunded, disputed, warned of, paid out to the bank and back."""
    charges = {}
    for name, amount in [("won", "50"), ("lost", "5"), ("asked", "30"), ("warned", "40"), ("part", "60")]:
        give(visitor, stripe, amount=amount, interval="once", email=f"{name}@example.org")
        charges[name] = stripe.api.v1.charges.list({"limit": 1}).data[0].id
    control = stripe.sandbox.call
    won = control(POST, f"/_/charges/{charges['won']}/dispute", {})
    lost = control(POST, f"/_/charges/{charges['lost']}/dispute", {"reason": "product_not_received"})
    control(POST, f"/_/charges/{charges['asked']}/dispute", {"inquiry": True})
    control(POST, f"/_/charges/{charges['warned']}/warn", {})
    stripe.api.v1.refunds.create({"charge": charges["part"], "amount": 1000})
    stripe.sandbox.clock(seconds=3 * DAY)
    refused = control(POST, "/_/payouts", {})["payouts"][0]
    stripe.sandbox.clock(seconds=3700)
    control(POST, f"/_/disputes/{won['id']}/win", {"return_fee": True})
    control(POST, f"/_/disputes/{lost['id']}/lose")
    control(POST, f"/_/payouts/{refused['id']}/fail", {})
    stripe.sandbox.clock(seconds=3 * DAY)
    control(POST, "/_/payouts", {})
    stripe.sandbox.clock(seconds=3700)


def happens_in_time(visitor: Client, stripe: Stripe) -> None:
    """What takes its time: bank debits, refunds that fail, renewals that fail, a checkout that nobody finishes."""
    give(visitor, stripe, amount="45", interval="once", card=REFUND_FAILS_CARD, email="back@example.org")
    stripe.api.v1.refunds.create({"charge": stripe.api.v1.charges.list({"limit": 1}).data[0].id})
    for account in ["000123456789", "000222222227"]:
        answer = begin(visitor, interval="once", amount="35", email=f"{account}@example.org")
        stripe.sandbox.pay_by_bank(answer["Location"], account)
    begin(visitor, interval="once", amount="15", email="away@example.org")
    give(visitor, stripe, amount="10", email="month@example.org")
    give(visitor, stripe, amount="12", email="fails@example.org", card=FAILS_ON_RENEWAL_CARD)
    stripe.sandbox.clock(seconds=32 * DAY)
    stripe.sandbox.call(POST, "/_/payouts", {})
    stripe.sandbox.clock(seconds=3700)


def books() -> dict[str, Any]:
    """Everything that must not depend on which event came when."""
    return {
        "ledger": sorted(
            (
                booked.reference,
                booked.kind,
                sorted((e.fund_id, e.account, e.amount_minor) for e in booked.entries.all()),
            )
            for booked in Transaction.objects.prefetch_related("entries")
        ),
        "gifts": sorted(
            (gift.charge_id or "", gift.given_minor, gift.remaining.amount) for gift in Payment.objects.all()
        ),
        "receipts": sorted(
            (r.payment.charge_id or "", r.amount_minor)
            for r in Receipt.objects.filter(state="issued").select_related("payment")
        ),
        "refunds": sorted(Refund.objects.values_list("stripe_id", "state", "amount_minor")),
        "disputes": sorted(Dispute.objects.values_list("stripe_id", "state")),
        "warnings": sorted(FraudWarning.objects.values_list("stripe_id", "is_actionable")),
        "payouts": sorted(Payout.objects.values_list("stripe_id", "state")),
        "recurring": sorted(Subscription.objects.values_list("stripe_id", "state", "amount_minor")),
        "tries": sorted(FailedRenewal.objects.values_list("invoice_id", "attempt")),
        "checkouts": sorted(Checkout.objects.values_list("reference", "state")),
    }
