"""The Message-ID of each delivery: the same at every attempt, and ours to recognise when a report on the letter comes.

Mail servers that get a letter twice after all know by it that it is one letter. How it is made is ``mail``'s, whose
mailbox of bounces reads it.
"""

from mail import message_ids


def message_id(delivery_id: int) -> str:
    """Return ``<delivery.<id>.<8 hex digits>@domain of MAIL_FROM>``."""
    return message_ids.message_id(message_ids.DELIVERY, delivery_id)


def delivery_of(message_id: str) -> int | None:
    """Return the id of the delivery whose letter it is, or none if we did not make it; angle brackets may be missing."""
    name = message_ids.read(message_id)
    return name.number if name and name.kind == message_ids.DELIVERY else None
