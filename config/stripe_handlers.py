"""Which package brings what up to date when Stripe sends an event. ``settings.STRIPE_HANDLERS`` points here."""

from donations import stripe_events
from stripe_gateway.inbox import Handler

HANDLERS: dict[str, Handler] = {**stripe_events.HANDLERS}
