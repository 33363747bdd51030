"""When the words of letters go: they have arrived, or nobody asks for them any more. That there was a letter stays.

Reports on letters go after the same time as what else is looked back on once a year.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from core.expiring import Expiring
from mail.models import Attachment, MailReport, OutgoingEmail

_SENT_KEPT = timedelta(days=7)
# Somebody should have looked at what was refused or is uncertain long before.
_TROUBLED_KEPT = timedelta(days=90)
_REPORTS_KEPT = timedelta(days=400)
_AT_ONCE = 200


def old(*, at: datetime) -> QuerySet[OutgoingEmail]:
    """Return the letters whose words and enclosures have outlived their time."""
    troubled = [OutgoingEmail.State.FAILED, OutgoingEmail.State.UNCERTAIN]
    return OutgoingEmail.objects.filter(
        Q(state=OutgoingEmail.State.SENT, sent_at__lt=at - _SENT_KEPT)
        | Q(state__in=troubled, queued_at__lt=at - _TROUBLED_KEPT)
    ).exclude(text_sealed=b"")


def _erase(at: datetime) -> Iterator[int]:
    while letters := list(old(at=at).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            Attachment.objects.filter(letter__in=letters).delete()
            OutgoingEmail.objects.filter(pk__in=letters).update(text_sealed=b"", html_sealed=None)
        yield len(letters)


def _due(at: datetime) -> dict[str, int]:
    return {"letters with words": old(at=at).count()}


def _erase_reports(at: datetime) -> Iterator[int]:
    while reports := list(_old_reports(at).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        MailReport.objects.filter(pk__in=reports).delete()
        yield len(reports)


def _due_reports(at: datetime) -> dict[str, int]:
    return {"reports on letters": _old_reports(at).count()}


def _old_reports(at: datetime) -> QuerySet[MailReport]:
    return MailReport.objects.filter(at__lt=at - _REPORTS_KEPT)


EXPIRING = [
    Expiring("letters", _due, _erase),
    Expiring("reports on letters", _due_reports, _erase_reports),
]
