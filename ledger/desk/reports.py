"""The desk's reports: what each fund had, income and spending, the trial balance; on the screen, as CSV or XLSX."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from ledger import reports
from ledger.desk import report_tables
from ledger.desk.report_forms import ReportFilter, TrialFilter, scope_name
from ledger.desk.report_tables import Table
from organisation import exports, screen
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.SEE_BOOKS)
@require_safe
def statement(request: HttpRequest) -> HttpResponseBase:
    """What a fund had at first, got, spent and has."""
    form = ReportFilter(request.GET)
    title = _("Fund statement")
    if not form.makes_sense() or form.scope is None:
        return _show(request, form, title)
    found = reports.fund_statement(form.scope, form.span)
    table = report_tables.statement_table(found, form.span.step)
    plot = report_tables.statement_plot(found, form.span.step)
    return _answer(request, form, [table], table, {"plot": plot, "is_odd": found.whole.unexplained != 0})


@needs(Permission.SEE_BOOKS)
@require_safe
def activities(request: HttpRequest) -> HttpResponseBase:
    """Income and spending, account by account."""
    form = ReportFilter(request.GET)
    title = _("Income and spending")
    if not form.makes_sense() or form.scope is None:
        return _show(request, form, title)
    found = reports.activities(form.scope, form.span)
    tables = report_tables.activities_tables(found, form.span.step)
    plot = report_tables.activities_plot(found, form.span.step)
    return _answer(request, form, tables, report_tables.activities_file(tables), {"plot": plot})


@needs(Permission.SEE_BOOKS)
@require_safe
def trial_balance(request: HttpRequest) -> HttpResponseBase:
    """All accounts as of a day."""
    form = TrialFilter(request.GET)
    title = _("Trial balance")
    if not form.makes_sense() or form.scope is None:
        return _show(request, form, title)
    by_fund = bool(form.is_bound and form.cleaned_data["each"])
    found = reports.trial_balance(form.scope, form.span, by_fund=by_fund)
    table = report_tables.trial_table(found, by_fund=by_fund)
    return _answer(request, form, [table], table, {"trial": found})


def _answer(
    request: HttpRequest, form: ReportFilter, tables: Sequence[Table], whole: Table, context: Mapping[str, Any]
) -> HttpResponseBase:
    """Answer with the tables, or with the whole as a file if the address asks for one."""
    wanted = exports.chosen(request.GET.get("export"))
    if wanted and form.scope:
        rows = whole.file_rows(form.scope.currency)
        return exports.download(
            table=exports.Table(whole.title, whole.file_heads(), rows),
            form=wanted,
            by=member(request),
            action="ledger.report_exported",
            note=f"{whole.key}: {exports.noted(form)}",
            at=clock.now(),
        )
    of = scope_name(form.scope) if form.scope else ""
    more = {"tables": tables, "of": of, "span": form.span}
    return _show(request, form, tables[0].title, more | dict(context))


def _show(
    request: HttpRequest, form: ReportFilter, title: str, found: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    # Without a fund there is nothing to report of; with a filter that makes no sense nothing is shown that could mislead.
    here = request.resolver_match.url_name if request.resolver_match else ""
    context = {"form": form, "has_funds": form.scopes, "ways": report_tables.WAYS, "here": here} | dict(found or {})
    return screen.show(request, "ledger/desk/report.html", title=title, context=context)
