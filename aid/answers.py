"""What a worker can choose from. Coarse on purpose: no answer here tells one worker from another."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    SUSPENSION = "suspension", _("My account was suspended")
    REJECTION = "rejection", _("Much of my work was rejected")
    OTHER = "other", _("Something else")


class Written(TextChoices):
    NO = "no", _("No, not yet")
    WAITING = "waiting", _("Yes, and I have no answer yet")
    ANSWERED = "answered", _("Yes, and they answered")


class Country(TextChoices):
    US = "us", _("United States")
    INDIA = "india", _("India")
    CANADA = "canada", _("Canada")
    LATIN_AMERICA = "latin_america", _("Latin America")
    EUROPE = "europe", _("Europe")
    ELSEWHERE = "elsewhere", _("Somewhere else")
    UNSAID = "unsaid", _("I would rather not say")


class Tenure(TextChoices):
    UNDER_ONE = "under_1", _("Less than a year")
    ONE_TO_THREE = "1_to_3", _("1 to 3 years")
    THREE_TO_TEN = "3_to_10", _("3 to 10 years")
    OVER_TEN = "over_10", _("More than 10 years")
    UNSAID = "unsaid", _("I would rather not say")


class Need(TextChoices):
    """Categories instead of proof: nobody has to show that they are poor."""

    RENT = "rent", _("Rent or a mortgage")
    FOOD = "food", _("Food")
    BILLS = "bills", _("Power, water, internet or phone")
    HEALTH = "health", _("Doctor or medicine")
    FAMILY = "family", _("Children or family")
    DEBT = "debt", _("A debt that is due")
    OTHER = "other", _("Something else")


class PayMethod(TextChoices):
    """How money can reach a worker. Never a way that belongs to the platform."""

    BANK = "bank", _("Bank transfer")
    PAYPAL = "paypal", _("PayPal")
    VENMO = "venmo", _("Venmo")
    CASH_APP = "cash_app", _("Cash App")
    CHECK = "check", _("A check by mail")
    OTHER = "other", _("Another way")
