"""Local stand-ins for the outside world: a stateful Stripe and a mailbox. Start it with `python -m sandbox`."""
