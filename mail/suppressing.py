"""Addresses that get no letter to many, whoever asks for one: suppressed, and let go again with a reason.

Of an address there is only its keyed hash, so that a suppression outlives the reader and tells nobody who it was.
"""

from datetime import datetime

from django.db import connection, transaction

from mail import addresses
from mail.models import Suppression
from organisation import audit
from organisation.models import User

Reason = Suppression.Reason

# One statement: of two at once the stronger reason stays, whichever comes first. The first one's time stays too.
_SUPPRESS = """
    INSERT INTO mail_suppression (address_index, reason, source, since)
    VALUES (%(index)s, %(reason)s, %(source)s, %(at)s)
    ON CONFLICT (address_index) DO UPDATE SET reason = EXCLUDED.reason, source = EXCLUDED.source
    WHERE array_position(%(by_strength)s, EXCLUDED.reason::text)
        > array_position(%(by_strength)s, mail_suppression.reason::text)
"""
_BY_STRENGTH = [Reason.LEFT.value, Reason.BOUNCED.value, Reason.COMPLAINED.value]


def suppress(
    *, email: str = "", address_index: bytes | None = None, reason: Suppression.Reason, source: str, at: datetime
) -> None:
    """Let an address get no more letters to many. Again changes nothing, unless the reason is a stronger one.

    :param email: the address, or else ``address_index``: what is known of one that is not
    :param source: who said so: webhook, mailbox, erased, import
    """
    index = _index(email, address_index)
    with connection.cursor() as cursor:
        cursor.execute(
            _SUPPRESS,
            {"index": index, "reason": reason.value, "source": source, "at": at, "by_strength": _BY_STRENGTH},
        )


@transaction.atomic
def lift(
    *,
    email: str = "",
    address_index: bytes | None = None,
    by: User | None,
    reason: str,
    note: str = "",
    at: datetime,
) -> bool:
    """Let an address get letters again.

    :param by: who of the staff did it; none for the owner of the address
    :param reason: a code for the audit trail: ``confirmed`` by its owner, ``desk``
    :param note: why, in words; kept sealed
    :returns: whether it was suppressed; if it was not, there is nothing to say
    """
    index = _index(email, address_index)
    suppression = Suppression.objects.select_for_update().filter(address_index=index).first()
    if suppression is None:
        return False
    audit.record(actor=by, action="mail.suppression_lifted", subject=suppression, reason=reason, note=note, at=at)
    suppression.delete()
    return True


def is_suppressed(email: str) -> bool:
    return reason_of(email) is not None


def reason_of(email: str) -> Suppression.Reason | None:
    """Return why an address gets no letters to many; none if it may get them."""
    found = Suppression.objects.filter(address_index=addresses.index_of(email)).values_list("reason", flat=True).first()
    return Reason(found) if found else None


def _index(email: str, address_index: bytes | None) -> bytes:
    if address_index is not None:
        return bytes(address_index)
    if not email:
        raise ValueError("an address, or its index, is needed")
    return addresses.index_of(email)
