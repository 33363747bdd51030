"""The desk's screens for annual statements: begin a run, see how far it is, stop it, find one, look at the letters, mail."""

from collections.abc import Iterable
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock
from donations import statement_archive, statement_letters, statement_runs, statements
from donations.desk import statement_forms
from donations.desk.lists import PER_PAGE
from donations.models import Statement, StatementDocument, StatementRun, StatementTask
from donations.statement_content import Period
from organisation import screen
from organisation.models import LegalEntity
from organisation.permissions import Permission
from organisation.staff import member, needs

_STATEMENTS = ("donations_statements", gettext_lazy("Annual statements"))
_RUNS = 20
# The pace is that of the last minute.
_A_WHILE = timedelta(minutes=1)


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponse:
    """What was issued so far, and the button that issues a year's."""
    may_manage = request.user.has_perm(Permission.MANAGE_RECEIPTS)
    form = statement_forms.BeginForm(request.POST if request.method == "POST" else None, at=clock.now())
    if request.method == "POST":
        return _begin(request, form)
    context = {
        "form": form if may_manage else None,
        "runs": StatementRun.objects.select_related("legal_entity", "started_by").order_by("-pk")[:_RUNS],
        "any": Statement.objects.exists(),
    }
    return screen.show(request, "donations/desk/statements.html", title=_("Annual statements"), context=context)


@needs(Permission.MANAGE_RECEIPTS)
def _begin(request: HttpRequest, form: statement_forms.BeginForm) -> HttpResponse:
    if not form.is_valid():
        messages.error(request, _("Choose a year and a legal entity."))
        return redirect("donations_statements")
    wanted = form.cleaned_data
    try:
        run = statement_runs.begin(entity=wanted["entity"], year=wanted["year"], at=clock.now(), by=member(request))
    except statement_runs.RunUnderWay:
        return _to_the_one_under_way(request, wanted["entity"], wanted["year"])
    except statement_runs.YearHasNotBegun:
        messages.error(request, _("That year has not begun: nothing was given in it."))
        return redirect("donations_statements")
    return redirect("donations_statement_run", pk=run.pk)


def _to_the_one_under_way(request: HttpRequest, entity: LegalEntity, year: int) -> HttpResponse:
    """Lead to the run of that year that is not done, and say why none was begun."""
    rows = StatementRun.objects.filter(legal_entity=entity, year=year).exclude(state=StatementRun.State.DONE)
    under_way = rows.order_by("-pk").first()
    if under_way is None:
        messages.warning(request, _("Meanwhile it is done."))
        return redirect("donations_statements")
    if under_way.state == StatementRun.State.STOPPED:
        messages.warning(request, _("The statements of this year were stopped. This is that run; it can go on here."))
    else:
        messages.warning(request, _("The statements of this year are being issued already. This is that run."))
    return redirect("donations_statement_run", pk=under_way.pk)


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run is, what came of it, and what is left to do."""
    found, at = _find(pk), clock.now()
    progress = statement_runs.progress(found, at=at)
    outcomes = [(state.label, progress.counts.get(state, 0)) for state in StatementTask.State]
    is_moving = found.state == StatementRun.State.RUNNING or (not progress.is_finished and progress.pace > 0)
    context = {
        "run": found,
        "progress": progress,
        "outcomes": [(label, many) for label, many in outcomes if many],
        # The page looks again by itself while something moves.
        "is_moving": is_moving and found.state != StatementRun.State.STOPPED,
        "is_stalled": not progress.pace and not progress.is_finished and at - found.started_at > _A_WHILE,
        "failed": statement_runs.failed(found),
        "outdated": _outdated(found),
        "post": statement_letters.post(found),
        "may_manage": request.user.has_perm(Permission.MANAGE_RECEIPTS),
    }
    return screen.show(
        request, "donations/desk/statement_run.html", title=_title(found), context=context, above=[_STATEMENTS]
    )


def _title(found: StatementRun) -> str:
    words = _("Statements of %(year)s, %(entity)s") % {"year": found.year, "entity": found.legal_entity}
    return f"{words} ({_('test')})" if found.is_test else words


def _outdated(found: StatementRun) -> int:
    """What changed since; while a run issues, that is its work and no news."""
    is_done = found.state == StatementRun.State.DONE
    return len(statements.outdated(statement_runs.period_of(found))) if is_done else 0


def _find(pk: int) -> StatementRun:
    return get_object_or_404(
        StatementRun.objects.select_related("legal_entity", "started_by", "mailing_asked_by"), pk=pk
    )


@needs(Permission.MANAGE_RECEIPTS)
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a run aside."""
    return _move(request, pk, goes_on=False)


@needs(Permission.MANAGE_RECEIPTS)
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a run up again."""
    return _move(request, pk, goes_on=True)


def _move(request: HttpRequest, pk: int, *, goes_on: bool) -> HttpResponse:
    deed = statement_runs.resume if goes_on else statement_runs.stop
    try:
        deed(run=_find(pk), at=clock.now(), by=member(request))
    except statement_runs.RunIsDone:
        messages.warning(request, _("Meanwhile it is done."))
    return redirect("donations_statement_run", pk=pk)


@needs(Permission.MANAGE_RECEIPTS)
@require_http_methods(["GET", "HEAD", "POST"])
def mailing(request: HttpRequest, pk: int) -> HttpResponse:
    """Whom the letters go to and what they say; the button sends them."""
    found = _find(pk)
    if request.method == "POST":
        return _mail(request, found)
    first = statement_letters.next_letters(found).first()
    paper = statement_letters.to_print(found).select_related("donor__merged_into")
    context = {
        "run": found,
        "post": statement_letters.post(found),
        "first": first,
        "letter": statement_letters.preview(first) if first else None,
        "is_done": found.state == StatementRun.State.DONE,
        "page": Paginator(paper, PER_PAGE).get_page(request.GET.get("page")),
    }
    title = _("Letters with the statements of %(year)s") % {"year": found.year}
    return screen.show(
        request, "donations/desk/statement_mailing.html", title=title, context=context, above=[_STATEMENTS]
    )


def _mail(request: HttpRequest, found: StatementRun) -> HttpResponse:
    named = request.POST.get("letters", "")
    try:
        count = int(named) if named.isdecimal() else -1
        statement_letters.ask(run=found, count=count, by=member(request), at=clock.now())
    except statement_letters.CountChanged:
        messages.error(request, _("Meanwhile there are more or fewer letters. Nothing was sent; look at them again."))
    except statement_letters.AskedAlready:
        messages.warning(request, _("These letters were asked for before. They leave once."))
    except statement_letters.NotDone:
        if found.state == StatementRun.State.STOPPED:
            messages.error(request, _("The issuing of the statements was stopped. Nothing was sent."))
        else:
            messages.error(request, _("The statements are still being issued. Nothing was sent."))
    else:
        words = ngettext("%(many)s letter is on its way.", "%(many)s letters are on their way.", count)
        messages.success(request, words % {"many": count})
        return redirect("donations_statement_run", pk=found.pk)
    return redirect("donations_statement_mailing", pk=found.pk)


@needs(Permission.MANAGE_RECEIPTS)
@require_safe
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The letter of a statement as its reader sees it, for a frame."""
    found = get_object_or_404(
        Statement.objects.select_related("donor__merged_into"),
        number=number,
        state=Statement.State.ISSUED,
        erased_at=None,
    )
    return HttpResponse(statement_letters.preview(found).html, headers={"Cache-Control": "private, no-store"})


@needs(Permission.MANAGE_RECEIPTS)
@require_safe
def to_print(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The papers of those who have no mail address, as one file."""
    return statement_archive.to_print(run=_find(pk), by=member(request), at=clock.now())


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def found(request: HttpRequest) -> HttpResponse:
    """All statements, newest first."""
    form = statement_forms.StatementFilter(request.GET)
    rows = (
        form.found()
        .select_related("series__legal_entity", "donor__merged_into", "replaces", "document")
        .order_by("-pk")
    )
    rows = rows.defer("document__pdf", "replaces__snapshot")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "outdated": _outdated_of(page)}
    return screen.show(
        request, "donations/desk/statements_found.html", title=_("All statements"), context=context, above=[_STATEMENTS]
    )


def _outdated_of(page: Iterable[Statement]) -> set[str]:
    """Return the numbers of those of a page that do not list just what is valid now."""
    series = {statement.series for statement in page if statement.is_valid}
    return {
        number
        for each in series
        for number in statements.outdated(Period(each.legal_entity, each.year, is_test=each.is_test))
    }


@needs(Permission.SEE_GIFTS, Permission.MANAGE_RECEIPTS)
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The paper, as the donor has it; ``?look`` shows it instead of saving it."""
    document = StatementDocument.objects.filter(pdf__isnull=False, statement__number=number).first()
    if document is None:
        raise Http404
    way = "inline" if "look" in request.GET else "attachment"
    headers = {"Content-Disposition": f'{way}; filename="{number}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(document.content, content_type="application/pdf", headers=headers)
