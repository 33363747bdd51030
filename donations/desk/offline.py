"""The desk's screens for gifts by cheque, cash and bank transfer: one at a time, or a file of them."""

from datetime import date
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core import clock
from core.money import format_money
from donations import giving, offline, offline_file, receipting, refunds
from donations.desk.offline_forms import OfflineFileForm, OfflineGiftForm, TakeBackForm
from donations.models import Method, Payment, Refund
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_GIFTS = ("donations_gifts", gettext_lazy("Gifts"))


def _today() -> date:
    return clock.now().astimezone(ZoneInfo(giving.issuing_entity().time_zone)).date()


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter one gift. What looks like one that is there already is asked about first."""
    try:
        initial = {"received_on": _today()}
    except giving.GiftsNotOpen:
        return screen.show(
            request, "donations/desk/offline_closed.html", title=_("Enter a gift"), context={}, above=[_GIFTS]
        )
    form = OfflineGiftForm(request.POST if request.method == "POST" else None, initial=initial)
    doubles: list[Payment] = []
    if request.method == "POST" and form.is_valid():
        doubles = [] if form.cleaned_data["is_no_double"] else offline.doubles(form.entered())
        payment = None if doubles else _record(request, form)
        if payment:
            return redirect("donations_gift", reference=payment.reference)
    context = {"form": form, "doubles": doubles}
    return screen.show(request, "donations/desk/offline.html", title=_("Enter a gift"), context=context, above=[_GIFTS])


def _record(request: HttpRequest, form: OfflineGiftForm) -> Payment | None:
    at = clock.now()
    try:
        payment = offline.record(entered=form.entered(), by=member(request), at=at)
    except offline.NotYet:
        form.add_error("received_on", _("This day is in the future."))
        return None
    if form.cleaned_data["issue_receipt"]:
        offline.issue_receipt(payment=payment, by=member(request), at=at)
        messages.success(request, _("The gift is booked and its receipt is being made."))
    else:
        messages.success(request, _("The gift is booked. Its receipt is issued when you ask for it."))
    _say_when_it_counts(request, payment, form.entered().received_on)
    return payment


def _say_when_it_counts(request: HttpRequest, payment: Payment, received_on: date) -> None:
    """Say for which day a gift is in the books, if the month in which it came is closed."""
    booked = payment.ledger_transaction
    booked.refresh_from_db(fields=["booked_on"])
    if booked.booked_on != received_on:
        day = date_format(booked.booked_on, "DATE_FORMAT")
        messages.info(request, _("That month is closed: in the books the gift counts on %(day)s.") % {"day": day})


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """Check a table of gifts line by line, then take in all of it. Nothing is booked before every line is right."""
    form = OfflineFileForm(request.POST, request.FILES) if request.method == "POST" else OfflineFileForm()
    rows: list[offline_file.Row] = []
    if request.method == "POST" and form.is_valid():
        try:
            rows = offline_file.read(form.cleaned_data["table"], today=_today())
        except offline_file.Unreadable as error:
            form.add_error(None, str(error))
        except giving.GiftsNotOpen:
            form.add_error(None, _("First set up the legal entity that issues receipts."))
        form.data = request.POST.copy() | {"text": form.cleaned_data.get("table", "")}
    refused = [row for row in rows if not row.is_good]
    doubtful = [row for row in rows if row.doubles and not form.cleaned_data["takes_doubles"]]
    if rows and "take_in" in request.POST and not refused and not doubtful:
        answer = _take_in(request, form, rows)
        if answer:
            return answer
    context = {
        "form": form,
        "rows": rows,
        "refused": len(refused),
        "doubtful": len(doubtful),
        "is_ready": bool(rows) and not refused and not doubtful and form.is_valid(),
        "together": _together(rows),
        "columns": offline_file.COLUMNS,
    }
    return screen.show(
        request, "donations/desk/offline_file.html", title=_("Take in a file of gifts"), context=context, above=[_GIFTS]
    )


def _together(rows: list[offline_file.Row]) -> str:
    """Return the sum of the good lines of each currency, in words."""
    amounts = [row.entered.amount for row in rows if row.entered]
    sums = {unit: sum(a for a in amounts if a.currency == unit) for unit in {a.currency for a in amounts}}
    return ", ".join(sorted(format_money(total) for total in sums.values() if total))


def _take_in(request: HttpRequest, form: OfflineFileForm, rows: list[offline_file.Row]) -> HttpResponse | None:
    sent = request.FILES.get("file")
    try:
        batch = offline.take_in(
            file_name=(sent.name if sent else "") or _("pasted lines"),
            digest=offline_file.digest(rows),
            rows=[row.entered for row in rows if row.entered],
            by=member(request),
            at=clock.now(),
        )
    except offline.FileTakenAlready:
        form.add_error(None, _("These lines were taken in before. Nothing was booked now."))
        return None
    many = batch.gifts.count()
    messages.success(request, ngettext("%(many)s gift is booked.", "%(many)s gifts are booked.", many) % {"many": many})
    return redirect("donations_gifts")


@needs(Permission.MANAGE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_POST
def issue_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Issue the receipt of an offline gift."""
    payment = get_object_or_404(Payment.objects.exclude(method=Method.STRIPE), reference=reference)
    try:
        receipt = offline.issue_receipt(payment=payment, by=member(request), at=clock.now())
    except receipting.DonorErased:
        messages.error(request, _("Its donor was erased, so there is nobody to issue a receipt to."))
    else:
        if receipt:
            messages.success(request, _("The receipt is issued; its PDF is there in a moment."))
        else:
            messages.error(request, _("Nothing is left of this gift, so there is nothing to receipt."))
    return redirect("donations_gift", reference=reference)


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Note that an offline gift went back by the bank, or was entered wrongly."""
    payment = get_object_or_404(
        Payment.objects.exclude(method=Method.STRIPE).select_related("fund", "donor"), reference=reference
    )
    form = TakeBackForm(request.POST if request.method == "POST" else None, payment=payment)
    if request.method == "POST" and form.is_valid():
        try:
            offline.take_back(
                payment=payment,
                amount=form.cleaned_data["amount"],
                reason=Refund.Reason(form.cleaned_data["reason"]),
                by=member(request),
                at=clock.now(),
            )
        except refunds.MoreThanIsLeft:
            form.add_error("amount", _("Meanwhile less of this gift is left. Nothing was booked."))
        else:
            messages.success(request, _("It is booked, and the receipt follows by itself."))
            return redirect("donations_gift", reference=reference)
    return screen.show(
        request,
        "donations/desk/offline_back.html",
        title=_("Correct a gift, or note that it went back"),
        context={"form": form, "payment": payment},
        above=[_GIFTS],
    )
