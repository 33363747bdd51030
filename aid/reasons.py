"""Reason codes: why a request is declined or held, why somebody's details are opened. Codes go into the audit chain."""

from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class DeclineReason(TextChoices):
    """In words that the worker reads. None says or hints that somebody is at fault."""

    FUND_LOW = "fund_low", _("The fund cannot carry this at the moment.")
    OUTSIDE = "outside", _("This fund is not allowed to pay for what you need.")
    UNCLEAR = "unclear", _("We could not understand enough to decide. You are welcome to apply again and tell us more.")
    HELPED = "helped", _("We have helped you with this already, and others are still waiting.")


class OpenReason(TextChoices):
    """In words that both the desk and the worker read."""

    CONTACT = "contact", _("to reach you about your request")
    IDENTITY = "identity", _("to check with you which account is meant")
    TO_PAY = "to_pay", _("to pay you")
    PAYMENT_PROBLEM = "payment_problem", _("to look into a payment that did not arrive")
    COMPLAINT = "complaint", _("to look into a complaint")
    TO_DECIDE = "to_decide", _("to decide on your request")


class Detail(TextChoices):
    """What is kept closed until somebody gives a reason."""

    WORKER_ID = "worker_id", _("Worker ID")
    EMAIL = "email", _("e-mail address")
    PAY_TO = "pay_to", _("payment details")
    ATTACHMENT = "attachment", _("an attachment")


class FailReason(TextChoices):
    """Why money that was sent is known not to have arrived."""

    RETURNED = "returned", _("the bank or provider sent it back")
    REFUSED = "refused", _("the bank or provider refused it")
    WRONG_DETAILS = "wrong_details", _("the payment details were wrong, and it came back")


class HoldReason(TextChoices):
    """Why approval and payment wait. Never because somebody is new, poor, or shares an address or a connection."""

    PAYMENT_CHANGED = "payment_changed", _("the worker changed the payment details not long ago")
    LIKENESS = "likeness", _("two cases look alike and nobody could say yet")
    QUESTION = "question", _("a question about the case must be answered first")
    FUND = "fund", _("the fund waits for money that is on its way")

    @staticmethod
    def longest() -> timedelta:
        """Return how long a hold may last. What runs out goes to the steward."""
        return timedelta(days=7)


class CheckPoint(TextChoices):
    """What a caseworker has looked at before recommending a grant."""

    STORY = "story", _("The story and the answers are read.")
    LIKENESS = "likeness", _("Cases that look alike are answered.")
    AMOUNT = "amount", _("The amount fits what it is for.")
    WAY = "way", _("The way to pay can reach this worker.")
    CONFLICT = "conflict", _("I do not know this worker, and gain nothing by it.")
