"""Why a bank refuses a card that was good once: its number says so, it has expired, or somebody made it fail."""

from datetime import UTC, datetime
from typing import Any

from sandbox import cards
from sandbox.cards import Decline
from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
EXPIRED = Decline("expired_card", None, "Your card has expired.")

_SIMPLY_DECLINED = """
    call_issuer card_not_supported card_velocity_exceeded do_not_honor do_not_try_again duplicate_transaction
    fraudulent generic_decline highest_risk_level invalid_account lost_card new_account_information_available
    no_action_taken not_permitted pickup_card restricted_card revocation_of_all_authorizations
    revocation_of_authorization security_violation service_not_allowed stolen_card stop_payment_order
    transaction_not_allowed try_again_later withdrawal_count_limit_exceeded
"""
# docs.stripe.com/declines/codes
REASONS = {
    **{code: Decline("card_declined", code, "Your card was declined.") for code in _SIMPLY_DECLINED.split()},
    "authentication_required": AUTHENTICATION_REQUIRED,
    "expired_card": EXPIRED,
    "incorrect_cvc": Decline("incorrect_cvc", None, "Your card's security code is incorrect."),
    "insufficient_funds": Decline("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "processing_error": Decline(
        "processing_error", None, "An error occurred while processing your card. Try again in a little bit."
    ),
}

# The same card is not charged again after these (docs.stripe.com/billing/revenue-recovery/smart-retries).
HARD = frozenset(
    {
        "authentication_required",
        "highest_risk_level",
        "incorrect_number",
        "lost_card",
        "pickup_card",
        "revocation_of_all_authorizations",
        "revocation_of_authorization",
        "stolen_card",
        "transaction_not_allowed",
    }
)


def of(transaction: Transaction, method: Json, *, off_session: bool, authenticated: bool = False) -> Decline | None:
    """Why the bank behind a payment method refuses now, or None if it pays.

    :param off_session: without the donor, who could answer the bank's question
    """
    card = cards.behind(transaction, method)
    wished = transaction.hidden(method["id"]).get("declines")
    if wished and (wished != AUTHENTICATION_REQUIRED.code or (off_session and not authenticated)):
        return REASONS[wished]
    if _has_expired(transaction, method):
        return EXPIRED
    if off_session and not authenticated and card.asks_on_renewal:
        return AUTHENTICATION_REQUIRED
    return card.decline or (card.decline_on_renewal if off_session else None)


def _has_expired(transaction: Transaction, method: Json) -> bool:
    """A card is good until the end of its month."""
    today = datetime.fromtimestamp(transaction.now, UTC)
    return (today.year, today.month) > (method["card"]["exp_year"], method["card"]["exp_month"])


def become(transaction: Transaction, wish: Json, identifier: str) -> Json:
    """Let a card fail from now on for a reason, or behave again as its number says."""
    reason = wish.get("declines") or None
    if reason is not None and reason not in REASONS:
        raise Refused(f"declines must be one of {', '.join(sorted(REASONS))}, not {reason!r}.", param="declines")
    method = transaction.get("payment_method", identifier)
    transaction.hide(method["id"], declines=reason)
    return {"payment_method": method["id"], "declines": reason}


CONTROLS = {("POST", "/_/cards/{id}/become"): become}
