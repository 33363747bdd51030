"""The address that Stripe posts to. 200 means: stored. Everything else is done later, from the rows.

No middleware but ``config.machines`` stands before it.
"""

import logging

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock
from stripe_gateway import inbox, signature

log = logging.getLogger(__name__)

# Stripe's events are a few kilobytes; the longest invoice stays far below this.
_MOST_BYTES = 1024 * 1024


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Store one event."""
    if _announced_bytes(request) > _MOST_BYTES:
        return _answer(413, "too big")
    try:
        inbox.receive(request.body, request.headers.get("Stripe-Signature", ""), at=clock.now())
    except signature.NotFromStripe:
        return _answer(400, "the signature does not fit")
    except inbox.Malformed:
        return _answer(400, "this is not an event")
    except inbox.OtherMode:
        return _answer(400, "the event is of the other mode (live or test)")
    except Error:
        # Stripe comes again, for up to three days.
        log.exception("an event from Stripe could not be stored")
        return _answer(503, "not stored")
    return _answer(200, "stored")


def _announced_bytes(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _answer(status: int, words: str) -> HttpResponse:
    content = f"{words}\n".encode()
    return HttpResponse(
        content, status=status, content_type="text/plain", headers={"Content-Length": str(len(content))}
    )
