"""What we hold in confidence: the only place where sealed columns are written and read.

Each text is bound to its table, column and row, so that it opens nowhere else.
"""

import hashlib
import hmac
import json
import unicodedata

from django.conf import settings
from django.db import models

from aid.models import AidRequest, Case, Review
from aid.reasons import Detail
from core import sealing


def put(row: models.Model, field: str, text: str) -> None:
    """Seal a text into ``<field>_sealed`` of a row that is saved afterwards. An empty text empties the column."""
    setattr(row, f"{field}_sealed", sealing.seal(text, context=place(row, field)) if text else None)


def get(row: models.Model, field: str) -> str:
    """Return the text in ``<field>_sealed``; empty if there is none.

    :raises core.sealing.SealBroken: if the bytes do not belong there
    """
    blob = getattr(row, f"{field}_sealed")
    return sealing.unseal(blob, context=place(row, field)) if blob else ""


def put_worker_id(case: Case, text: str) -> None:
    """Seal the Worker ID, with a blind index by which a person at the desk can be told of a second case."""
    put(case, "worker_id", text)
    case.worker_id_index = worker_id_index(text) if text else None


def worker_id_index(text: str) -> bytes:
    """Return the blind index of a Worker ID: of its letters and digits, however it was spaced and cased."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isascii() and c.isalnum())
    return sealing.blind_index(plain, purpose="aid.worker-id")


def put_email(case: Case, text: str) -> None:
    put(case, "email", text)
    case.email_index = sealing.blind_index(text, purpose="aid.email") if text else None


def put_requester(case: Case, text: str) -> None:
    """Seal who rejected the work, with a blind index by which cases of one requester find each other."""
    put(case, "requester", text)
    case.requester_index = sealing.blind_index(text, purpose="aid.requester") if text else None


def put_pay_to(request: AidRequest, text: str) -> None:
    """Seal where the money should go, with a blind index by which two cases that share it find each other."""
    put(request, "pay_to", text)
    # Spaces, signs and what cannot be seen do not make another account.
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c)[0] not in "ZCP")
    request.pay_to_index = sealing.blind_index(plain, purpose="aid.pay-to") if text else None


def put_story(request: AidRequest, text: str) -> None:
    put(request, "story", text)
    request.story_index = sealing.blind_index(text, purpose="aid.story") if text else None


def detail(request: AidRequest, which: Detail) -> str:
    """Return what is kept closed. Staff come here through ``aid.opening`` only, which writes it down."""
    row: models.Model = request if which == Detail.PAY_TO else request.case
    return get(row, which.value)


def digest_of(request: AidRequest, review: Review) -> bytes:
    """Return a keyed hash over what is being decided: whom and how to pay, how much, from which fund, on which review.

    What is paid must have the digest of what was approved; a change in between makes the approval void.
    """
    decided = [
        str(request.pk),
        str(review.pk),
        review.recommendation,
        review.amount_minor,
        review.reason,
        request.currency,
        request.fund_id,
        sorted(request.needs),
        request.pay_method,
        get(request, "pay_to"),
        get(request, "story"),
    ]
    text = json.dumps(decided, ensure_ascii=True, separators=(",", ":"))
    return hmac.digest(settings.LOOKUP_KEY, b"aid.decided\0" + text.encode(), hashlib.sha256)


def place(row: models.Model, field: str) -> str:
    """Return the name of the place that a sealed text is bound to: ``field`` is the column without ``_sealed``."""
    return f"{row._meta.db_table}.{field}:{row.pk}"
