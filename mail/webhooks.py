"""The address that a mail service posts bounces and complaints to. 200 means: stored, and acted on.

django-anymail's views check who posts and read what was posted, for each service in its own way. They are asked for
the events instead of being mounted: their way on is a signal for each event, outside any transaction, where we want all
events of a post stored together before the answer. No middleware but ``config.machines`` stands before it.
"""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.validators import validate_email
from django.db import Error
from django.forms import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import clock, faults
from mail import message_ids, reports
from mail.models import MailReport
from mail.reports import Said

log = logging.getLogger(__name__)

# Services post at most a thousand events at once, of a kilobyte or two each; Django stops at the same size.
_MOST_BYTES = 2_500_000
Kind = MailReport.Kind


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def mail_webhook(request: HttpRequest) -> HttpResponse:
    """Store what the service posted. A HEAD is how some of them ask whether there is anybody."""
    service = settings.MAIL_WEBHOOK
    if service is None:
        return _answer(404, "no mail service is set up")
    if request.method == "HEAD":
        return _answer(200, "")
    if _announced_bytes(request) > _MOST_BYTES:
        return _answer(413, "too big")
    try:
        posted = _read(request, service)
    except _NotFromService:
        return _answer(403, "this does not come from our mail service")
    except BadRequest:
        return _answer(400, "this is no event")
    return _store(posted)


def _store(posted: list[Said]) -> HttpResponse:
    try:
        reports.keep(posted, at=clock.now())
    except Error:
        # They come again, for a day or more.
        log.exception("a mail service's events could not be stored")
        return _answer(503, "not stored")
    return _answer(200, "stored")


class _NotFromService(Exception):
    """The secret or signature is missing or does not fit."""


def _read(request: HttpRequest, service: Mapping[str, Any]) -> list[Said]:
    view: Any = import_string(service["view"])(**service["options"])
    try:
        view.run_validators(request)
    except Exception as error:
        # Whatever a stranger's bytes do to the check: they did not pass it. Nothing of them is logged.
        raise _NotFromService from error
    try:
        said = [_said(event, service["name"]) for event in view.parse_events(request)]
    except Exception as error:
        if not isinstance(error, SuspiciousOperation):
            # It has proved to be the service, so somebody must look: at the place in the code, not at people's addresses.
            faults.report(log, f"reading a post of {service['name']}", error)
        raise BadRequest from error
    return [each for each in said if each]


def _said(event: AnymailTrackingEvent, service: str) -> Said | None:
    """Return what an event says; none if it is no news of a letter that did not arrive, or nobody's."""
    told = _told(event)
    email = _address(getattr(event, "recipient", None))
    message_id = _ours(getattr(event, "message_id", None))
    if told is None or not (email or message_id):
        return None
    kind, status = told
    return Said(
        key=f"{service}:{_digest(event)}",
        kind=kind,
        status=status,
        message_id=message_id,
        email=email,
        source=f"webhook:{service}",
    )


def _told(event: AnymailTrackingEvent) -> tuple[MailReport.Kind, str] | None:
    reason = event.reject_reason
    # Who told the service to stop has told us: it would drop our letters from now on anyway.
    unwanted = {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
    if event.event_type in unwanted or reason in {RejectReason.SPAM, RejectReason.UNSUBSCRIBED}:
        return Kind.COMPLAINED, ""
    status = reports.status_in(event.mta_response) if isinstance(event.mta_response, str) else ""
    if event.event_type == EventType.DEFERRED:
        return Kind.DELAYED, status
    if event.event_type in {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}:
        return Kind.BOUNCED, status or ("5.0.0" if _is_for_good(event) else "4.0.0")
    return None


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    """Return whether the service means the address, and not the letter or the day. anymail calls some soft ones bounces."""
    posted = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    words = " ".join(str(posted.get(name, "")) for name in ("event", "Type", "type")).lower()
    if "soft" in words or "blocked" in words or posted.get("hard_bounce") is False:
        return False
    if event.event_type == EventType.BOUNCED:
        return event.reject_reason in {None, RejectReason.BOUNCED, RejectReason.INVALID}
    return event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID}


def _digest(event: AnymailTrackingEvent) -> str:
    """Return what the same event has whenever it is posted: its id, or all that it says."""
    if event.event_id:
        known = f"id\0{event.event_id}"
    else:
        parts = [event.event_type, event.message_id, event.recipient, event.timestamp, event.reject_reason]
        known = "\0".join(["said", *map(str, parts)])
    return hashlib.sha256(known.encode(errors="replace")).hexdigest()


def _address(value: object) -> str:
    if not isinstance(value, str):
        return ""
    try:
        validate_email(value.strip())
    except ValidationError:
        return ""
    return value.strip()


def _ours(value: object) -> str:
    """Return the letter's Message-ID as we write it; nothing if it is the service's own number for it."""
    name = message_ids.read(value) if isinstance(value, str) else None
    return message_ids.message_id(*name) if name else ""


def _announced_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    # Python reads no number of thousands of figures.
    return int(length[:20]) if length.isdecimal() else 0


def _answer(status: int, words: str) -> HttpResponse:
    content = f"{words}\n".encode() if words else b""
    return HttpResponse(
        content, status=status, content_type="text/plain", headers={"Content-Length": str(len(content))}
    )
