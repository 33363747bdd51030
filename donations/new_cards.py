"""A card that a donor has entered on Stripe's page: as Stripe leaves it to us, their gifts are charged to it from then on."""

from datetime import datetime

from core import nudging
from donations import changing
from donations.models import Subscription
from stripe_gateway import reading


def put_to_use(customer_id: str, *, at: datetime) -> None:
    """Let a customer's chosen card pay their running gifts and what is open of them; a webhook's handler.

    Stripe attaches it to the customer only, while retries take the subscription's own card first.
    """
    gifts = list(Subscription.objects.running().filter(stripe_customer_id=customer_id))
    card = reading.default_card(customer_id) if gifts else ""
    asked = [changing.ask_for_card(subscription=gift, payment_method_id=card, at=at) for gift in gifts if card]
    if any(asked):
        nudging.after_commit("donations.tasks.tell_cards")
