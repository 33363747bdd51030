"""The neutral letter: there is news, come and look. It says nothing about what the news is or what it is about."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from aid import holding
from aid.models import Case
from core import sealing
from mail import outbox
from mail.models import OutgoingEmail


def queue(case: Case, *, about: str, at: datetime) -> None:
    """Queue the notice, if the worker left an address.

    :param about: names the news within the case, so that it is told once: a step's number, a message's id
    """
    address = holding.get(case, "email")
    if not address:
        return  # Most workers leave none, and read their page instead.
    language = case.language
    with translation.override(language):
        link = f"{settings.SITE_URL}{reverse('aid:case')}"
    outbox.queue(
        key=key(case, about=_blind(about)),
        to=address,
        template="aid/news",
        context={"link": link},
        at=at,
        language=language,
    )


def key(case: Case, *, about: str) -> str:
    """Return the key of a letter to this worker: by it, it is found again when everything of the case is erased.

    :param about: names the letter within the case; stands there in clear
    """
    return f"aid-notice:{_blind(str(case.pk))}:{about}"


def forget(case: Case) -> None:
    """Take back what has not left yet, and delete what did: to whom it went is nobody's to know any more."""
    OutgoingEmail.objects.filter(key__startswith=f"aid-notice:{_blind(str(case.pk))}:").delete()


def forget_sent(*, before: datetime) -> int:
    """Delete notices that left before then; return how many."""
    return sent(before=before).delete()[0]


def sent(*, before: datetime) -> QuerySet[OutgoingEmail]:
    """Return the notices that left before then."""
    return OutgoingEmail.objects.filter(key__startswith="aid-notice:", sent_at__lt=before)


def _blind(name: str) -> str:
    """The outbox's keys are in clear: they must not lead from a letter to the case, nor to what was written there."""
    return sealing.blind_index(name, purpose="aid.notice").hex()[:24]
