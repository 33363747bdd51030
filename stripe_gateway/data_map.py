"""What of the data about Stripe is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "stripe_gateway",
    """
StripeEvent: what Stripe told us, by its id alone
internal | * | each is handled once; what it is about is fetched anew | good

StripeCall: what we asked of Stripe, by key and hash alone
internal | * | nothing is asked twice | good
""",
)
