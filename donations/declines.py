"""Why a bank said no, and what helps: the one table from Stripe's words to ours.

The words are Stripe's decline codes and error codes (docs.stripe.com/declines/codes, docs.stripe.com/error-codes). As
Stripe asks there, a letter does not say that a card counts as lost, stolen or fraudulent: whoever reads it may have
taken it.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Advice:
    """A kind of refusal. ``why`` it was and ``what`` the donor can do, each in a sentence or two.

    ``is_final``: Stripe announces further tries with the same card, but does not make them
    (docs.stripe.com/billing/revenue-recovery/smart-retries, hard declines).
    """

    kind: str
    why: Promise
    what: Promise
    is_final: bool = False

    @property
    def at_last(self) -> Promise:
        """What the donor can do when the tries are nearly over: then it does not help to wait any more."""
        return GENERAL.what if self.kind == FAULT else self.what


AUTHENTICATION = "authentication"
FAULT = "fault"

GENERAL = Advice(
    "bank",
    _("Your bank refused the payment and does not tell us why."),
    _("A call to your bank often helps; so does another card, which you can enter on your giving page."),
)
_ADVICE = {
    Advice(
        "funds",
        _("Your bank says that there was not enough money for it at that moment."),
        _(
            "If there is at the next try, you need not do anything. If not, another card helps: you can enter it on"
            " your giving page. A smaller amount or a pause, which you can choose there too, counts from the payment after."
        ),
    ): "insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded",
    Advice(
        "expired",
        _("The card has expired."),
        _("Please enter your new card on your giving page. That takes a minute."),
    ): "expired_card new_account_information_available",
    Advice(
        "card",
        _("Your bank no longer accepts this card."),
        _("Please enter the card that you use now on your giving page."),
        is_final=True,
    ): """
        lost_card stolen_card pickup_card restricted_card fraudulent highest_risk_level merchant_blacklist
        invalid_account account_closed bank_account_unusable bank_account_restricted no_account do_not_try_again
        payment_method_customer_decline payment_method_unactivated
    """,
    Advice(
        "details",
        _("Your bank says that what was typed for the card is not right."),
        _("Please enter the card once more on your giving page."),
    ): """
        incorrect_cvc invalid_cvc incorrect_number invalid_number incorrect_zip incorrect_address incorrect_pin
        invalid_expiry_month invalid_expiry_year postal_code_invalid
    """,
    Advice(
        FAULT,
        _("Your bank could not be reached, or something went wrong there."),
        _("It is not about you or your card, and you need not do anything before the next try."),
    ): "processing_error issuer_not_available try_again_later reenter_transaction payment_method_provider_timeout",
    Advice(
        "withdrawn",
        _("Your bank says that it was told to let no more of these payments through."),
        _(
            "If that was your wish, you can stop the gift on your giving page with one click: then nothing more is"
            " tried. If not, please ask your bank, or enter another card there."
        ),
        is_final=True,
    ): """
        revocation_of_authorization revocation_of_all_authorizations stop_payment_order debit_not_authorized
        payment_method_microdeposit_verification_attempts_exceeded
    """,
    Advice(
        "unsuited",
        _("Your bank does not allow this kind of payment with this card."),
        _("Please enter another card on your giving page, or ask your bank to allow it."),
    ): """
        card_not_supported transaction_not_allowed not_permitted service_not_allowed currency_not_supported
        security_violation
    """,
    Advice(
        AUTHENTICATION,
        _("Your bank wants you to confirm the payment."),
        _("Please confirm it by the link in our letter about it, or enter your card once more on your giving page."),
        is_final=True,
    ): "authentication_required authentication_not_handled payment_intent_authentication_failure approve_with_id",
    GENERAL: "do_not_honor generic_decline card_declined call_issuer no_action_taken duplicate_transaction",
}
_BY_WORD = {word: advice for advice, words in _ADVICE.items() for word in words.split()}


def advice(word: str) -> Advice:
    """Return what to say about Stripe's word for a refusal; the general advice for one that is not in the table."""
    return _BY_WORD.get(word, GENERAL)


def known() -> list[Advice]:
    """Return all kinds of advice."""
    return list(_ADVICE)
