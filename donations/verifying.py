"""Tells anyone who holds a receipt or a statement whether it is ours and still valid; nothing of the donor.

A PDF, or its SHA-256, can be compared with the one that was issued. It is looked at in memory and kept nowhere.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from moneyed import Money

from core import formtoken, throttle
from core.money import from_minor
from donations.models import Duplicate, Receipt, ReceiptDocument, Statement, StatementDocument
from donations.paper import receipt as printed

PURPOSE = "donations.verify"
# Django keeps bodies below 2.5 MB in memory; our PDFs have a tenth of this.
MOST_BYTES = 1_000_000
# An office behind one address may check a box of receipts; nobody guesses twelve characters at this pace.
_LOOKS, _COMPARISONS, SPAN = 120, 40, 600
_CODE = re.compile(r"[0-9A-Z]{1,16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Found(StrEnum):
    """What an uploaded PDF turned out to be."""

    ISSUED = "issued"
    DUPLICATE = "duplicate"
    EARLIER = "earlier"
    LATER = "later"
    ANOTHER = "another"
    NOT_MADE = "not made"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Paper:
    """What may be told of a receipt or statement. ``replaced_by``: a number; ``sums``: one for each currency."""

    row: Receipt | Statement
    is_statement: bool
    number: str
    issued_on: date
    sums: list[Money]
    is_valid: bool
    is_test: bool
    replaced_by: str
    money_went_back: bool


class PaperForm(forms.Form):
    """A PDF, or its SHA-256."""

    file = forms.FileField(
        label=gettext_lazy("The PDF"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
        help_text=gettext_lazy("It is compared and kept nowhere."),
    )
    digest = forms.CharField(
        label=gettext_lazy("or its SHA-256"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
        help_text=gettext_lazy("64 characters, if you would rather not send the PDF."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = re.sub(r"[\s:]", "", cleaned.get("digest") or "").lower()
        file = cleaned.get("file")
        if file:
            cleaned["sha256"] = hashlib.sha256(file.read()).digest()
        elif not typed:
            self.add_error("file", _("Choose the PDF, or paste its SHA-256."))
        elif _SHA256.fullmatch(typed):
            cleaned["sha256"] = bytes.fromhex(typed)
        else:
            self.add_error("digest", _("A SHA-256 has 64 characters, 0 to 9 and a to f."))
        return cleaned


@never_cache
@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """Ask for the code."""
    typed = request.GET.get("code", "").strip()
    # Its whole address, as it stands on the paper, will do as well.
    code = re.sub(r"[\s\-]", "", typed.rstrip("/").rpartition("/")[2]).upper()
    if _CODE.fullmatch(code):
        return HttpResponseRedirect(reverse("donations:verify_receipt", args=[code]))
    notice = _("This is no code of ours: it has twelve letters and digits.") if typed else ""
    return _answer(request, {"typed": typed[:40], "notice": notice})


@never_cache
@csrf_exempt  # Guarded by core.formtoken: a cookie-less page has no CSRF cookie.
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what is known of the paper with this code; after a POST, whether a PDF is the one that was issued."""
    block = throttle.address_block(request.META.get("REMOTE_ADDR", ""))
    if not may_look(block):
        return _too_often(request)
    paper = _find(code.replace("-", "").upper())
    if paper is None:
        return _answer(request, {"typed": code[:40], "is_unknown": True}, status=404)
    if request.method != "POST":
        return _answer(request, {"paper": paper, "form": PaperForm(label_suffix="")})
    return _compared(request, paper, block)


verify.refuses_long_posts = True  # type: ignore[attr-defined]  # organisation.posts asks for it


def may_look(block: str) -> bool:
    """Count one look at a code, on whichever page, and return whether this network may have it."""
    return throttle.allow("donations.verify", block, limit=_LOOKS, seconds=SPAN)


def _compared(request: HttpRequest, paper: Paper, block: str) -> HttpResponse:
    """Answer a POST. What is too big is refused before it is read."""
    form, notice, status = PaperForm(label_suffix=""), "", 200
    said = request.META.get("CONTENT_LENGTH") or "0"
    # Twenty figures are too many too, and no number at all is no length of ours.
    if not said.isdecimal() or len(said) > 20 or int(said) > MOST_BYTES:
        notice, status = _("This file is too big to be one of ours. Nothing was compared."), 413
    elif not throttle.allow("donations.verify.compare", block, limit=_COMPARISONS, seconds=SPAN):
        return _too_often(request)
    else:
        try:
            formtoken.check(request, PURPOSE)
        except formtoken.FormRefused:
            notice, status = _("This page was open for too long. Please choose the PDF once more."), 403
    if notice:
        return _answer(request, {"paper": paper, "form": form, "notice": notice}, status=status)
    form = PaperForm(request.POST, request.FILES, label_suffix="")
    found = _compare(paper, form.cleaned_data["sha256"]) if form.is_valid() else None
    return _answer(request, {"paper": paper, "form": form, "found": found})


def _answer(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "donations/verify_receipt.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _too_often(request: HttpRequest) -> HttpResponse:
    notice = _(
        "Very many were checked from your network. Please try again in ten minutes; the paper stays as good as it is."
    )
    response = _answer(request, {"typed": "", "notice": notice}, status=429)
    response["Retry-After"] = str(SPAN)
    return response


def _find(code: str) -> Paper | None:
    receipt = Receipt.objects.filter(code=code).select_related("series", "replaced_by").first()
    if receipt:
        sums = [receipt.amount] if printed.states_value(receipt.snapshot) else []
        went_back = receipt.ended_because == Receipt.Ended.MONEY_WENT_BACK
        return _paper(receipt, sums=sums, money_went_back=went_back)
    statement = Statement.objects.filter(code=code).select_related("series", "replaced_by").first()
    if statement:
        sums = [from_minor(minor, currency) for minor, currency in statement.snapshot.get("totals", [])]
        return _paper(statement, sums=sums, money_went_back=False)
    return None


def _paper(row: Receipt | Statement, *, sums: list[Money], money_went_back: bool) -> Paper:
    follows: Receipt | Statement | None = getattr(row, "replaced_by", None)
    return Paper(
        row=row,
        is_statement=isinstance(row, Statement),
        number=row.number,
        issued_on=row.issued_on,
        sums=sums,
        is_valid=row.is_valid,
        is_test=row.series.is_test,
        replaced_by=follows.number if follows else "",
        money_went_back=money_went_back,
    )


def _compare(paper: Paper, sha256: bytes) -> Found:
    """Return what a PDF with this hash is, seen from a paper. Of erased donors the hashes are kept too."""
    if isinstance(paper.row, Receipt):
        return _compare_receipt(paper.row, sha256)
    made = StatementDocument.objects.filter(sha256=sha256).select_related("statement").defer("pdf").first()
    if made is None:
        has_one = StatementDocument.objects.filter(statement=paper.row).exists()
        return Found.UNKNOWN if has_one else Found.NOT_MADE
    if made.statement == paper.row:
        return Found.ISSUED
    is_family = (made.statement.donor_id, made.statement.series_id) == (paper.row.donor_id, paper.row.series_id)
    return _relative(made.statement.pk, paper.row.pk) if is_family else Found.ANOTHER


def _compare_receipt(receipt: Receipt, sha256: bytes) -> Found:
    for prints, found in ((ReceiptDocument, Found.ISSUED), (Duplicate, Found.DUPLICATE)):
        made = prints._default_manager.filter(sha256=sha256).select_related("receipt").defer("pdf").first()
        if made is None:
            continue
        if made.receipt == receipt:
            return found
        is_family = made.receipt.payment_id == receipt.payment_id
        return _relative(made.receipt.pk, receipt.pk) if is_family else Found.ANOTHER
    if StatementDocument.objects.filter(sha256=sha256).exists():
        return Found.ANOTHER
    has_one = ReceiptDocument.objects.filter(receipt=receipt).exists()
    return Found.UNKNOWN if has_one else Found.NOT_MADE


def _relative(other: int, this: int) -> Found:
    return Found.EARLIER if other < this else Found.LATER
