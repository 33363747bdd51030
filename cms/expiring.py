"""Which readers are not kept for ever: who never confirmed, and who left long ago; and lists that nobody took in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from cms.models.subscribers import Subscriber
from cms.readers import leaving, signing_up
from cms.readers.files import kept
from core.expiring import Expiring

_LEFT_KEPT = timedelta(days=730)
_AT_ONCE = 100


def unconfirmed(*, at: datetime) -> QuerySet[Subscriber]:
    """Return who did not confirm within thirty days of the last letter that asked."""
    before = at - signing_up.KEPT_UNCONFIRMED
    return Subscriber.objects.filter(state=Subscriber.State.PENDING, created_at__lt=before).exclude(
        asked_at__gte=before
    )


def long_gone(*, at: datetime) -> QuerySet[Subscriber]:
    """Return who left two years ago and has not asked for letters lately."""
    left = Subscriber.objects.filter(state=Subscriber.State.LEFT, left_at__lt=at - _LEFT_KEPT)
    return left.exclude(asked_at__gte=at - signing_up.KEPT_UNCONFIRMED)


def _erase(at: datetime) -> Iterator[int]:
    for find in (unconfirmed, long_gone):
        while some := list(find(at=at).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
            yield sum(_erase_one(find(at=at).filter(pk=pk), at=at) for pk in some)


@transaction.atomic
def _erase_one(found: QuerySet[Subscriber], *, at: datetime) -> bool:
    reader = found.select_for_update().first()
    if reader is None:
        return False  # Confirmed in this very moment.
    if reader.state == Subscriber.State.LEFT:
        leaving.erase(reader, source="expired", at=at)
    else:
        leaving.forget(reader)
    return True


def _due(at: datetime) -> dict[str, int]:
    return {
        "readers who never confirmed": unconfirmed(at=at).count(),
        "readers who left two years ago": long_gone(at=at).count(),
    }


def _remove_lists(at: datetime) -> Iterator[int]:
    yield kept.remove_old()


EXPIRING = [
    Expiring("readers", _due, _erase),
    Expiring("lists of readers", lambda at: {"lists that nobody took in for a day": kept.count_old()}, _remove_lists),
]
