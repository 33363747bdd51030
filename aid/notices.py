"""The neutral letter: there is news, come and look. It says nothing about what the news is or what it is about."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from aid import holding
from aid.models import AidRequest
from core import sealing
from mail import outbox


def queue(*, request: AidRequest, at: datetime) -> None:
    """Queue the notice of the step that the request has just made, if the worker left an address."""
    address = holding.get(request.case, "email")
    if not address:
        return  # Most workers leave none, and read their page instead.
    language = request.case.language
    with translation.override(language):
        link = f"{settings.SITE_URL}{reverse('aid:case')}"
    outbox.queue(
        key=f"aid-notice:{_blind_name(request)}:{request.version}",
        to=address,
        template="aid/news",
        context={"link": link},
        at=at,
        language=language,
    )


def _blind_name(request: AidRequest) -> str:
    """The outbox's keys are in clear: they must not lead from a letter to the case."""
    return sealing.blind_index(str(request.case_id), purpose="aid.notice").hex()[:24]
