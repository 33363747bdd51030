"""The neutral letter: there is news, come and look. It says nothing about what the news is or what it is about."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from aid import holding
from aid.models import Case
from core import sealing
from mail import outbox


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
        key=f"aid-notice:{_blind_name(case)}:{about}",
        to=address,
        template="aid/news",
        context={"link": link},
        at=at,
        language=language,
    )


def _blind_name(case: Case) -> str:
    """The outbox's keys are in clear: they must not lead from a letter to the case."""
    return sealing.blind_index(str(case.pk), purpose="aid.notice").hex()[:24]
