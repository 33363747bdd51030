"""Reason codes: why a request is declined, and why somebody's details are opened. Codes go into the audit chain."""

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


class Detail(TextChoices):
    """What is kept closed until somebody gives a reason."""

    WORKER_ID = "worker_id", _("Worker ID")
    EMAIL = "email", _("e-mail address")
    PAY_TO = "pay_to", _("payment details")
