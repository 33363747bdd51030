"""Keys by which Stripe tells a repeat from a new wish: made from our rows' ids and a version, never at random."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from stripe_gateway.models import StripeCall


class AskedOtherwise(Exception):
    """The key was used for another request. A changed wish needs the next version of the key."""


def key(subject: str, row: object, deed: str, *, version: int = 1) -> str:
    """Return the key of a deed on a row: ``key("refund", 7, "create")`` is ``refund:7:create:v1``."""
    return f"{subject}:{row}:{deed}:v{version}"


def claim(call_key: str, request: Mapping[str, object], *, at: datetime) -> StripeCall:
    """Write down, for good, what is about to be asked. Call it outside of any transaction.

    Whoever finds the row after a crash knows that the call may have been made, and repeats it under the same key.

    :raises AskedOtherwise: if something else was asked under this key before
    """
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, separators=(",", ":")).encode()).digest()
    with transaction.atomic(durable=True):
        call, _is_new = StripeCall.objects.get_or_create(
            key=call_key, defaults={"request_hash": digest, "asked_at": at}
        )
    if bytes(call.request_hash) != digest:
        raise AskedOtherwise(call_key)
    return call


def answered(call: StripeCall, answer_id: str, *, at: datetime) -> None:
    StripeCall.objects.filter(pk=call.pk, answered_at=None).update(answered_at=at, answer_id=answer_id)
