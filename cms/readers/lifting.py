"""What staff do for a reader whose letters came back: the mailbox is there again, somebody wrote or called."""

from datetime import datetime

from django.db import transaction

from cms.models.subscribers import ConsentRecord, Subscriber, address_index
from mail import suppressing
from mail.suppressing import Reason
from organisation.models import User


class OnlyTheirs(Exception):
    """Who left or complained is written to again when they sign up themselves, and not because staff say so."""


class NotSuppressed(Exception):
    """Nothing keeps letters from this address."""


@transaction.atomic
def lift(*, email: str, by: User, note: str, at: datetime) -> Subscriber | None:
    """Let letters go to an address again that they came back from. Who had left for that reason alone is a reader again.

    :param note: why, in words
    :returns: the reader; none if the address is no reader's
    :raises OnlyTheirs: if they were unwanted, or the owner left and was erased
    :raises NotSuppressed: if letters may go there
    """
    reason = suppressing.reason_of(email)
    if reason is None:
        raise NotSuppressed
    if reason != Reason.BOUNCED:
        raise OnlyTheirs
    suppressing.lift(email=email, by=by, reason="desk", note=note, at=at)
    reader = Subscriber.objects.select_for_update().filter(address_index=address_index(email)).first()
    # They had agreed, and never said that they wanted no more.
    if reader and reader.left_by == Subscriber.Left.BOUNCED and reader.consented_at is not None:
        reader.state, reader.left_at, reader.left_by = Subscriber.State.ACTIVE, None, ""
        reader.save(update_fields=["state", "left_at", "left_by"])
        what = ConsentRecord.What.CAME_BACK
        ConsentRecord.objects.create(subscriber=reader, what=what, how="desk: letters arrive again", at=at)
    return reader
