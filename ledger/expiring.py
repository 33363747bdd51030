"""When the bank's words go that nobody could match to a booking. What the line moved stays."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from core.expiring import Expiring
from ledger.models import BankLine

# Longer than a year's books take to be closed.
_KEPT = timedelta(days=400)


def old(*, at: datetime) -> QuerySet[BankLine]:
    """Return the bank's lines whose words have outlived their time."""
    return BankLine.objects.filter(words_sealed__isnull=False, on__lt=(at - _KEPT).date())


def _erase(at: datetime) -> Iterator[int]:
    yield old(at=at).update(words_sealed=None)


def _due(at: datetime) -> dict[str, int]:
    return {"bank lines with words that nobody matched": old(at=at).count()}


EXPIRING = [Expiring("bank lines", _due, _erase)]
