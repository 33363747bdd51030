"""The desk's screens for receipts: find one, see what became of it, correct, void, print and send it, take a year's."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.money import from_minor
from donations import receipt_archive, receipting
from donations.desk import receipt_forms, receipt_history
from donations.desk.lists import PER_PAGE
from donations.models import Donor, Method, Payment, Receipt, ReceiptDocument
from donations.models.receipts import KeptPdf
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_RECEIPTS = ("donations_receipts", gettext_lazy("Receipts"))


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    """All receipts, newest first."""
    form = receipt_forms.ReceiptFilter(request.GET)
    found = form.found().select_related("payment__donor__merged_into", "document", "replaces", "replaced_by", "series")
    found = found.defer("document__pdf", "snapshot", "replaces__snapshot", "replaced_by__snapshot").order_by("-pk")
    context = {
        "form": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "year_form": receipt_forms.YearForm() if _may_manage(request) else None,
        "missing": _without_receipt().count(),
    }
    return screen.show(request, "donations/desk/receipts.html", title=_("Receipts"), context=context)


def _may_manage(request: HttpRequest) -> bool:
    return request.user.has_perm(Permission.MANAGE_RECEIPTS)


def _without_receipt() -> Any:
    """The offline gifts that have no valid receipt; those of erased donors get none any more."""
    has_one = Exists(Receipt.objects.filter(state=Receipt.State.ISSUED, payment=OuterRef("pk")))
    erased = Exists(Donor.objects.filter(pk=OuterRef("donor__merged_into"), erased_at__isnull=False))
    return Payment.objects.exclude(method=Method.STRIPE).filter(~has_one, ~erased, donor__erased_at=None)


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """Offline gifts without a valid receipt, each with the button that issues it."""
    found = _without_receipt().select_related("donor__merged_into", "fund", "offline").prefetch_related("refunds")
    context = {
        "page": Paginator(found.order_by("-occurred_at", "-pk"), PER_PAGE).get_page(request.GET.get("page")),
        "may_issue": _may_manage(request) or request.user.has_perm(Permission.MANAGE_GIFTS),
    }
    title = _("Offline gifts without a receipt")
    return screen.show(request, "donations/desk/receipts_missing.html", title=title, context=context, above=[_RECEIPTS])


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """One receipt: what it says, what became of it, and what can be done with it."""
    found = _find(number)
    chain, may_manage = receipt_history.chain(found), _may_manage(request)
    context = {
        "receipt": found,
        "says": found.snapshot,
        "benefit": from_minor(*found.snapshot["benefit"]) if found.snapshot.get("benefit") else None,
        "digest": _digest(found, "document"),
        "duplicate_digest": _digest(found, "duplicate"),
        "chain": chain if len(chain) > 1 else [],
        "moments": receipt_history.of(chain, with_words=may_manage, at=clock.now()),
        "may_manage": may_manage,
        "is_newest": chain[-1] == found,
        "can_be_sent": bool(found.payment.donor.person.email),
    }
    title = _("Receipt %(number)s") % {"number": number}
    return screen.show(request, "donations/desk/receipt.html", title=title, context=context, above=[_RECEIPTS])


def _digest(found: Receipt, paper: str) -> str:
    kept: KeptPdf | None = getattr(found, paper, None)
    return bytes(kept.sha256).hex() if kept else ""


def _find(number: str) -> Receipt:
    rows = Receipt.objects.select_related(
        "payment__donor__merged_into", "payment__fund", "document", "duplicate", "replaces", "replaced_by", "series"
    )
    return get_object_or_404(rows.defer("document__pdf", "duplicate__pdf"), number=number)


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def receipt_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper, as the donor has it; ``?look`` shows it instead of saving it."""
    document = ReceiptDocument.objects.filter(pdf__isnull=False, receipt__number=number).first()
    if document is None:
        raise Http404
    return _pdf(document.content, name=number, is_saved="look" not in request.GET)


def _pdf(content: bytes, *, name: str, is_saved: bool) -> HttpResponse:
    headers = {
        "Content-Disposition": f'{"attachment" if is_saved else "inline"}; filename="{name}.pdf"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@needs(Permission.MANAGE_RECEIPTS)
@require_http_methods(["GET", "HEAD", "POST"])
def void(request: HttpRequest, number: str) -> HttpResponse:
    """Void the receipt of an offline gift, with a reason; of a gift through Stripe, say what to do instead."""
    found = _find(number)
    form = receipt_forms.VoidForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not found.payment.is_online and form.is_valid():
        wanted = form.cleaned_data
        try:
            receipting.void(
                receipt=found,
                because=Receipt.Ended(wanted["because"]),
                note=wanted["note"],
                tell=wanted["tell"],
                by=member(request),
                at=clock.now(),
            )
        except receipting.NotValid:
            messages.error(request, _not_valid())
        else:
            messages.success(request, _("The receipt is void. The gift stays in the books."))
        return redirect("donations_receipt", number=number)
    context = {"receipt": found, "form": form}
    title = _("Void receipt %(number)s") % {"number": number}
    status = 409 if request.method == "POST" and found.payment.is_online else 200
    return screen.show(
        request, "donations/desk/receipt_void.html", title=title, context=context, above=[_RECEIPTS], status=status
    )


def _not_valid() -> str:
    return _("Meanwhile this receipt is not valid any more. Nothing was done; look at what became of it.")


@needs(Permission.MANAGE_RECEIPTS)
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Look at what a receipt should say instead, or replace it by that."""
    found = _find(number)
    if not found.is_valid or found.erased_at:
        messages.error(request, _erased() if found.erased_at else _not_valid())
        return redirect("donations_receipt", number=number)
    form = receipt_forms.CorrectForm(
        request.POST if request.method == "POST" else None, receipt=found, said=receipting.said(found)
    )
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            pdf = receipting.preview(payment=found.payment, to=form.correction(), by=member(request), at=clock.now())
            return _pdf(pdf, name="preview", is_saved=False)
        answer = _correct(request, form, found)
        if answer:
            return answer
    title = _("Correct receipt %(number)s") % {"number": number}
    context = {"receipt": found, "form": form}
    return screen.show(request, "donations/desk/receipt_correct.html", title=title, context=context, above=[_RECEIPTS])


def _correct(request: HttpRequest, form: receipt_forms.CorrectForm, found: Receipt) -> HttpResponse | None:
    try:
        fresh = receipting.correct(
            receipt=found,
            to=form.correction(),
            note=form.cleaned_data["note"],
            by=member(request),
            at=clock.now(),
        )
    except receipting.SaysSo:
        form.add_error(None, _("The receipt says so already. Nothing was done."))
        return None
    except receipting.BenefitTooHigh:
        form.add_error("benefit", _("Meanwhile less of this gift is left. Nothing was done."))
        return None
    except receipting.DonorErased:
        messages.error(request, _erased())
    except receipting.NotValid:
        messages.error(request, _not_valid())
    else:
        messages.success(request, _("Issued, cancels and replaces No. %(number)s") % {"number": found.number})
        return redirect("donations_receipt", number=fresh.number)
    return redirect("donations_receipt", number=found.number)


def _erased() -> str:
    return _("Its donor was erased. Number, date and amount are all that is left of it.")


@needs(Permission.MANAGE_RECEIPTS)
@require_POST
def print_again(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with the second print, which says that it is one."""
    found = _find(number)
    try:
        duplicate = receipting.print_again(receipt=found, by=member(request), at=clock.now())
    except receipting.NotValid:
        messages.error(request, _not_valid())
    except receipting.DonorErased:
        messages.error(request, _erased())
    except receipting.NotMadeYet:
        messages.error(request, _being_made())
    else:
        return _pdf(duplicate.content, name=f"{number}-duplicate", is_saved=True)
    return redirect("donations_receipt", number=number)


def _being_made() -> str:
    return _("Its PDF is still being made. Please try again in a moment.")


@needs(Permission.MANAGE_RECEIPTS)
@require_POST
def send_again(request: HttpRequest, number: str) -> HttpResponse:
    """Send the second print to the donor."""
    found = _find(number)
    try:
        receipting.send_again(receipt=found, by=member(request), at=clock.now())
    except receipting.NotValid:
        messages.error(request, _not_valid())
    except receipting.DonorErased:
        messages.error(request, _erased())
    except receipting.NotMadeYet:
        messages.error(request, _being_made())
    except receipting.NoAddress:
        messages.error(request, _("No e-mail address is known of this donor. Print it again and send it by post."))
    except receipting.SentToday:
        messages.warning(request, _("It was sent again today already. One letter a day is enough."))
    else:
        messages.success(request, _("A letter with the duplicate is on its way."))
    return redirect("donations_receipt", number=number)


@needs(Permission.MANAGE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """What the receipt of a gift would look like, before it is issued."""
    payment = get_object_or_404(Payment, reference=reference)
    try:
        pdf = receipting.preview(payment=payment, to=None, by=member(request), at=clock.now())
    except receipting.NothingLeft as error:
        raise Http404 from error
    return _pdf(pdf, name="preview", is_saved=False)


@needs(Permission.MANAGE_RECEIPTS)
@require_POST
def year(request: HttpRequest) -> HttpResponseBase:
    """Send a year's receipts as one ZIP file."""
    form = receipt_forms.YearForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a year."))
        return redirect("donations_receipts")
    series = form.cleaned_data["series"]
    pieces = receipt_archive.take(series=series, by=member(request), at=clock.now())
    headers = {
        "Content-Disposition": f'attachment; filename="{series.prefix.rstrip("-")}.zip"',
        "Cache-Control": "private, no-store",
    }
    return StreamingHttpResponse(pieces, content_type="application/zip", headers=headers)
