"""The transactions behind every number: the list, one with all that is known of it, promises, the plain-text file."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from io import TextIOWrapper
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch, Sum
from django.db.transaction import atomic
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.money import from_minor
from ledger import plain_text, posting
from ledger.chart import CHART
from ledger.desk.report_forms import DaysFilter, PromiseFilter, TransactionFilter
from ledger.desk.report_tables import WAYS
from ledger.models import Account, Transaction
from organisation import audit, exports, screen
from organisation.models import Organisation
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50
_AT_A_TIME = 2000
_TRANSACTIONS = ("ledger_transactions", gettext_lazy("Transactions"))


@needs(Permission.SEE_BOOKS)
@require_safe
def transactions(request: HttpRequest) -> HttpResponseBase:
    """Transactions, newest first, each with those of its entries that the filter lets through."""
    form = TransactionFilter(request.GET)
    wanted = exports.chosen(request.GET.get("export"))
    if wanted and form.is_valid():
        return _as_file(request, form, wanted)
    fitting = form.fitting().select_related("fund").order_by("pk")
    found = (
        form.transactions()
        .prefetch_related(Prefetch("entries", queryset=fitting, to_attr="fitting"))
        .order_by("-booked_on", "-pk")
    )
    page = Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
    listed: list[Any] = list(page)
    context = {
        "form": form,
        "page": page,
        "ways": WAYS,
        "here": "ledger_transactions",
        "rows": [(each, [(entry, -entry.amount) for entry in each.fitting]) for each in listed],
        "together": [_in_money(row) for row in form.together()],
    }
    return screen.show(request, "ledger/desk/transactions.html", title=_("Transactions"), context=context)


def _in_money(row: dict[str, Any]) -> dict[str, Any]:
    debit, credit = (from_minor(row[side], row["currency"]) for side in ("debit", "credit"))
    return {"currency": row["currency"], "debit": debit, "credit": credit, "net": debit - credit}


def _as_file(request: HttpRequest, form: TransactionFilter, wanted: exports.Form) -> HttpResponseBase:
    """All the entries that fit, one in each row."""
    columns = [_("Counts for"), _("Kind"), _("Reference"), _("Memo"), _("No."), _("Account"), _("Fund")]
    columns += [_("Debit"), _("Credit"), _("Currency"), _("Sealed as number")]
    table = exports.Table(_("Transactions"), columns, _file_rows(form))
    return exports.download(
        table=table,
        form=wanted,
        by=member(request),
        action="ledger.transactions_exported",
        note=exports.noted(form),
        at=clock.now(),
    )


def _file_rows(form: TransactionFilter) -> Iterator[list[exports.Cell]]:
    rows = form.entries().order_by("transaction__booked_on", "transaction_id", "pk")
    for entry in rows.select_related("fund", "transaction__leaf").iterator(chunk_size=_AT_A_TIME):
        booked, account = entry.transaction, Account(entry.account)
        yield [
            booked.booked_on,
            booked.get_kind_display(),
            booked.reference,
            booked.memo,
            CHART[account].number,
            str(account.label),
            entry.fund.name,
            entry.amount if entry.amount_minor > 0 else None,
            -entry.amount if entry.amount_minor < 0 else None,
            entry.currency,
            booked.leaf.position if hasattr(booked, "leaf") else None,
        ]


@needs(Permission.SEE_BOOKS)
@require_safe
def transaction(request: HttpRequest, pk: int) -> HttpResponse:
    """One transaction: its entries, what it reverses, who agreed, where the bank has it, its place in the sealed books."""
    found = get_object_or_404(
        Transaction.objects.select_related(
            "reverses", "reversed_by", "proposal__proposed_by", "proposal__decided_by", "settles", "leaf"
        ).select_related("bank_match__line__statement", "bank_match__matched_by"),
        pk=pk,
    )
    entries = [
        {"entry": entry, "number": CHART[Account(entry.account)].number, "credit": -entry.amount}
        for entry in found.entries.select_related("fund").order_by("pk")
    ]
    context = {
        "transaction": found,
        "entries": entries,
        "sealed": found.leaf.hash.hex() if hasattr(found, "leaf") else "",
    }
    title = f"{found.get_kind_display()}, {found.reference}"
    return screen.show(request, "ledger/desk/transaction.html", title=title, context=context, above=[_TRANSACTIONS])


@needs(Permission.SEE_BOOKS)
@require_safe
def promises(request: HttpRequest) -> HttpResponse:
    """What was promised at the end of a day and not yet paid, oldest first."""
    form = PromiseFilter(request.GET)
    found = form.found()
    sums_ = found.values_list("currency").annotate(sum=Sum("amount_minor")).order_by("currency")
    context = {
        "form": form,
        "page": Paginator(found.select_related("fund", "settled_by").order_by("made_at", "pk"), _PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "together": [from_minor(amount, currency) for currency, amount in sums_],
    }
    return screen.show(
        request, "ledger/desk/promises.html", title=_("Promised"), context=context, above=[_TRANSACTIONS]
    )


@needs(Permission.SEE_BOOKS)
@require_safe
def plain_text_file(request: HttpRequest) -> HttpResponseBase:
    """The books in the format of Beancount, whole or between two days; written down in the audit trail."""
    form = DaysFilter(request.GET)
    if not form.is_valid():
        # Only an address that somebody wrote by hand comes here.
        reasons = " ".join(str(reason) for reasons in form.errors.values() for reason in reasons)
        return HttpResponse(reasons, status=400, content_type="text/plain; charset=utf-8")
    at = clock.now()
    since, until = form.cleaned_data["since"], form.cleaned_data["until"]
    with ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        text = TextIOWrapper(file, encoding="utf-8", write_through=True)
        count = plain_text.write(text, since=since, until=until)
        text.detach()
        reason = f"beancount:{count}"
        organisation = Organisation.current()
        with atomic():
            audit.record(
                actor=member(request), action="ledger.books_exported", subject=organisation, reason=reason, at=at
            )
        closing.pop_all()  # The answer closes it, and with that it is gone.
    file.seek(0)
    name = f"{slugify(organisation.name) or 'books'}-{posting.day_of(at)}.beancount"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(
        file, as_attachment=True, filename=name, content_type="text/plain; charset=utf-8", headers=headers
    )
