"""The letter that a checkout causes when its payment, which takes days, does not go through."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from donations import giving
from donations.models import Checkout
from mail import outbox


def gift_failed(*, checkout: Checkout, at: datetime) -> None:
    """Say that the bank did not pay, that nothing was taken, and where to give again in the same way."""
    if not checkout.email:
        return  # Who gave had themselves erased meanwhile.
    with translation.override(checkout.language):
        form = f"{settings.SITE_URL}{reverse('donations:donate')}?{urlencode(giving.choice_of(checkout))}"
    outbox.queue(
        key=f"gift-failed:{checkout.reference}",
        to=checkout.email,
        template="donations/gift_failed",
        context={"checkout": checkout, "name": checkout.name, "form": form},
        at=at,
        language=checkout.language,
    )
