"""The desk's screens for the bank: its lines, the bookings they are, and what explains the difference."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from core.money import format_money
from ledger import bank_file, posting, reconciling, taking_in
from ledger.bank_file import Dates, Table
from ledger.desk.bank_forms import BankFileForm, MatchForm
from ledger.models import BankLine, BankStatement, Fund
from ledger.reconciling import Booking, Standing
from organisation import screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 100
# So many of each list stand on the first screen; the rest follows when these are done.
_SHOWN = 100
# Bookings further from a line than this are not offered for it.
_OFFERED_WITHIN = timedelta(days=60)
_BANK = ("ledger_bank", gettext_lazy("Bank"))


def _reads_words(request: HttpRequest, line: BankLine) -> bool:
    """What left the account may name whom aid was paid to: only who pays aid reads that."""
    return line.amount_minor > 0 or request.user.has_perm(Permission.RECORD_PAYMENTS)


@needs(Permission.MANAGE_FUNDS)
@require_safe
def bank(request: HttpRequest) -> HttpResponse:
    """How the books and the bank agree, in each currency."""
    standings = [_shown(request, reconciling.standing(currency)) for currency in reconciling.currencies()]
    context = {
        "standings": standings,
        "suggested": sum(len(each["suggested"]) for each in standings),
        "statements": BankStatement.objects.select_related("entered_by").order_by("-entered_at", "-pk")[:20],
    }
    return screen.show(request, "ledger/desk/bank.html", title=_("Bank"), context=context)


def _shown(request: HttpRequest, standing: Standing) -> dict[str, Any]:
    suggested = reconciling.suggested(standing.currency)
    return {
        "is": standing,
        "suggested": suggested,
        "has_fund": _has_fund(standing.currency),
        "lines": [
            {"line": line, "words": line.words if _reads_words(request, line) else None, "is": suggested.get(line.pk)}
            for line in standing.lines[:_SHOWN]
        ],
        "not_seen": standing.not_seen[:_SHOWN],
    }


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest) -> HttpResponse:
    """Take in a file of the bank's lines. Nothing is taken in before every line is right."""
    form = BankFileForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        initial={"currency": Organisation.current().currency},
    )
    table, doubles = Table(), 0
    if request.method == "POST" and form.is_valid():
        try:
            table = _read(form)
        except bank_file.Unreadable as error:
            form.add_error("file", str(error))
        else:
            doubles = _doubles(form, table)
            if not table.refused and not doubles and not form.errors and _take_in(request, form, table):
                return redirect("ledger_bank")
    context = {"form": form, "table": table, "doubles": doubles}
    title = _("Take in the bank's lines")
    return screen.show(request, "ledger/desk/bank_file.html", title=title, context=context, above=[_BANK])


def _read(form: BankFileForm) -> Table:
    cleaned = form.cleaned_data
    return bank_file.read(
        bank_file.decode(cleaned["file"]),
        currency=cleaned["currency"],
        dates=Dates(cleaned["dates"]),
        today=posting.day_of(clock.now()),
        named=form.named(),
    )


def _doubles(form: BankFileForm, table: Table) -> int:
    """Leave out what overlaps with earlier files, if that is wished; return how many lines must be asked about."""
    if form.cleaned_data["doubles"] == "take":
        return 0
    known = taking_in.known(table.rows, currency=form.cleaned_data["currency"])
    if form.cleaned_data["doubles"] == "skip":
        skipped = {row.number for row in known}
        table.rows = [row for row in table.rows if row.number not in skipped]
        return 0
    return len(known)


def _take_in(request: HttpRequest, form: BankFileForm, table: Table) -> bool:
    if not table.rows:
        form.add_error("file", _("There is no new line in this file."))
        return False
    try:
        taking_in.take_in(
            file_name=form.file_name,
            content=form.cleaned_data["file"],
            currency=form.cleaned_data["currency"],
            rows=table.rows,
            by=member(request),
            at=clock.now(),
        )
    except taking_in.FileTakenAlready:
        form.add_error("file", _("This file was taken in before. Nothing was changed."))
        return False
    many = len(table.rows)
    messages.success(request, ngettext("%(many)s line is here.", "%(many)s lines are here.", many) % {"many": many})
    return True


@needs(Permission.MANAGE_FUNDS)
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    """Match every line whose booking is beyond doubt."""
    many = reconciling.accept_suggested(by=member(request), at=clock.now())
    if many:
        words = ngettext("%(many)s line is matched.", "%(many)s lines are matched.", many)
        messages.success(request, words % {"many": many})
    else:
        messages.info(request, _("There was nothing left to match. Somebody else may have done it just now."))
    return redirect("ledger_bank")


@needs(Permission.MANAGE_FUNDS)
@require_safe
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of one file, with what they are."""
    found = get_object_or_404(BankStatement, pk=pk)
    lines = found.lines.prefetch_related("matches__transaction").order_by("row")
    page = Paginator(lines, _PER_PAGE).get_page(request.GET.get("page"))
    context = {"statement": found, "page": page}
    return screen.show(request, "ledger/desk/bank_statement.html", title=str(found), context=context, above=[_BANK])


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: say which bookings it is, or take that back."""
    found = get_object_or_404(BankLine.objects.select_related("statement"), pk=pk)
    offered = _offered(found)
    form = MatchForm(
        request.POST if request.method == "POST" else None, among=(each.transaction.pk for each in offered)
    )
    if request.method == "POST" and _match(request, found, form):
        return redirect("ledger_bank")
    matches = found.matches.select_related("transaction", "matched_by").order_by("pk")
    near = reconciling.near(found, offered)
    alike = {near[0].transaction.pk} if len(near) == 1 else set()
    chosen = {int(each) for each in request.POST.getlist("bookings") if each.isdecimal()}
    context = {
        "line": found,
        "words": found.words if _reads_words(request, found) else None,
        "matches": matches,
        "offered": [(each, each.transaction.pk in (chosen or alike)) for each in offered],
        "kind": "income" if found.amount_minor > 0 else "spending",
        "has_fund": _has_fund(found.currency),
        "typed_amount": f"{abs(found.amount.amount):f}",
    }
    title = f"{format_money(found.amount)}, {found.on.isoformat()}"
    return screen.show(request, "ledger/desk/bank_line.html", title=title, context=context, above=[_BANK])


def _has_fund(currency: str) -> bool:
    """Return whether a line in this currency can be booked at all."""
    return Fund.objects.filter(currency=currency).exists()


def _offered(line: BankLine) -> list[Booking]:
    """Return the bookings that may be the line, or a part of it; the likeliest first."""
    near = [each for each in reconciling.expected(line.currency) if abs(each.on - line.on) <= _OFFERED_WITHIN]
    return sorted(
        near, key=lambda each: (each.minor != line.amount_minor, _is_no_part(each, line), abs(each.on - line.on))
    )


def _is_no_part(booking: Booking, line: BankLine) -> bool:
    """Return whether a booking goes the other way or is larger: then it takes another one to make up for it."""
    return booking.minor * line.amount_minor < 0 or abs(booking.minor) > abs(line.amount_minor)


def _match(request: HttpRequest, line: BankLine, form: MatchForm) -> bool:
    if not form.is_valid():
        messages.error(request, _("Choose the bookings that this line is."))
        return False
    try:
        reconciling.match(
            line_id=line.pk, transaction_ids=form.cleaned_data["bookings"], by=member(request), at=clock.now()
        )
    except reconciling.DoNotAddUp as error:
        words = {"sum": format_money(error.args[0]), "line": format_money(line.amount)}
        messages.error(request, _("These bookings come to %(sum)s, the line is %(line)s. Nothing was matched.") % words)
        return False
    except reconciling.AlreadyMatched:
        messages.error(request, _("Somebody else has matched this line or one of these bookings meanwhile."))
        return True
    messages.success(request, _("Matched."))
    return True


@needs(Permission.MANAGE_FUNDS)
@require_POST
def unmatch(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was said of a line."""
    found = get_object_or_404(BankLine, pk=pk)
    try:
        reconciling.unmatch(line_id=pk, by=member(request), at=clock.now())
    except reconciling.NotMatched:
        messages.info(request, _("This line is matched with nothing."))
    else:
        messages.success(request, _("Taken back. The line is open again, without the bank's words."))
    return redirect("ledger_bank_line", pk=found.pk)
