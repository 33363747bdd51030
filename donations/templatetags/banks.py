"""What banks and card networks say of a gift, in words that people know."""

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

# docs.stripe.com/disputes/categories and docs.stripe.com/api/radar/early_fraud_warnings/object
_WORDS = {
    "bank_cannot_process": _("the bank cannot process it"),
    "check_returned": _("the cheque came back"),
    "credit_not_processed": _("a promised refund did not come"),
    "customer_initiated": _("the donor asked their bank for it"),
    "debit_not_authorized": _("the account's owner did not allow it"),
    "duplicate": _("charged twice"),
    "fraudulent": _("the card's owner says it was not them"),
    "general": _("no reason given"),
    "incorrect_account_details": _("wrong account details"),
    "insufficient_funds": _("too little money on the account"),
    "noncompliant": _("against the card network's rules"),
    "product_not_received": _("something was not received"),
    "product_unacceptable": _("something was not as described"),
    "subscription_canceled": _("the donor says they had stopped it"),
    "unrecognized": _("the card's owner does not know it"),
    "card_never_received": _("the card never reached its owner"),
    "fraudulent_card_application": _("the card was applied for in another name"),
    "made_with_counterfeit_card": _("made with a copied card"),
    "made_with_lost_card": _("made with a lost card"),
    "made_with_stolen_card": _("made with a stolen card"),
    "misc": _("no reason given"),
    "unauthorized_use_of_card": _("the card was used without its owner"),
}


@register.filter
def in_words(word: str) -> str:
    """Say a reason of Stripe's in words; one that is new to us stays as it is."""
    return str(_WORDS.get(word, word))
