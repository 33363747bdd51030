"""The worker's way in: what aid is, and one question a page. No account, no script, no cookie before the first answer."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from aid import access, applying, policy, retention, transitions
from aid.amounts import AmountField
from aid.classes import DataClass
from aid.models import AidRequest
from aid.statuses import Status
from aid.worker import visiting
from aid.worker.forms import CaseWordsForm, KindForm, WordsKeptForm
from aid.worker.pages import BY_SLUG, PAGES, Page, after, before
from aid.worker.visiting import Visit
from core import throttle
from core.clock import now
from core.money import Money, format_money
from ledger.models import Fund

PURPOSE = "aid.apply"
_BEGINNINGS_AN_HOUR = 60


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Before any question: what is asked and why, who sees it, how long it takes, and what happens on refusal."""
    return render(request, "aid/home.html", _terms() | {"pages": PAGES})


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """The first question. Its POST opens the case and sets the cookie; coming back to it changes the answer."""
    visit, draft = _draft(request)
    page = PAGES[0]
    if draft and visit:
        return _question(request, page, visit, draft)
    form = KindForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        block = throttle.address_block(request.META["REMOTE_ADDR"])
        if not throttle.allow("aid.begin", block, limit=_BEGINNINGS_AN_HOUR, seconds=3600):
            return render(request, "aid/busy.html", status=429)
        try:
            begun = applying.begin(kind=form.cleaned_data["kind"], language=get_language() or "en", at=now())
        except applying.NoAidFund:
            return render(request, "aid/closed.html")
        response = redirect("aid:words")
        visiting.begin(response, request_id=begun.request.pk, words=begun.words)
        return response
    return render(request, "aid/question.html", _shown(page, form))


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """The seven words, large, to be written down before anything else is asked."""
    visit, draft = _draft(request)
    if not visit or not draft:
        return _sent_or_ended(request, visit)
    if not visit.words:
        return _onward(visit, draft)
    form = WordsKeptForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        applying.note_words_kept(request_id=draft.pk, at=now())
        return _onward(visit, draft)
    response = render(request, "aid/words.html", _terms() | {"form": form, "words": visit.words})
    visiting.go_on(response, visit)
    return response


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """One question. What was answered before stands in the form."""
    if slug not in BY_SLUG or BY_SLUG[slug] is PAGES[0]:
        raise Http404
    visit, draft = _draft(request)
    if not visit or not draft:
        return _sent_or_ended(request, visit)
    return _question(request, BY_SLUG[slug], visit, draft)


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """All answers on one page, to be changed or sent."""
    visit, draft = _draft(request)
    if not visit or not draft:
        return _sent_or_ended(request, visit)
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        try:
            with suppress(transitions.NotNow):  # A second click: it was sent by the first.
                applying.submit(request_id=draft.pk, at=now())
        except applying.Unfinished as unfinished:
            return redirect("aid:question", slug=unfinished.pages[0])
        sent = redirect("aid:case")
        visiting.forget_words(sent, visit)
        return sent
    context = _terms() | {
        "form": form,
        "answers": answers(draft),
        "missing": [BY_SLUG[slug] for slug in applying.missing(draft)],
        "words": visit.words,
        "last": PAGES[-1],
    }
    response = render(request, "aid/check.html", context)
    visiting.go_on(response, visit)
    return response


def ended(request: HttpRequest) -> HttpResponse:
    """Say that the visit is over and what is safe, and offer the way back. Long typed text is given back to be copied."""
    context = {"words_form": CaseWordsForm(), "typed": request.POST.get("story", "")[: policy.LONGEST_STORY]}
    return render(request, "aid/ended.html", context)


def _sent_or_ended(request: HttpRequest, visit: Visit | None) -> HttpResponse:
    """Lead to the case what comes back to a question after it was sent, as a browser's own "back" does."""
    return redirect("aid:case") if visit and access.of_visit(visit.request_id) else ended(request)


def answers(request: AidRequest) -> list[tuple[Page, list[tuple[Any, str]]]]:
    """Return each page with what we hold of its answers, in the worker's words."""
    return [(page, [_in_words(field) for field in page.make_form(request)]) for page in PAGES]


def _in_words(field: forms.BoundField) -> tuple[Any, str]:
    value = field.value()
    if isinstance(value, date):
        return field.label, date_format(value)
    if isinstance(field.field, AmountField) and value:
        return field.label, format_money(Money(value, field.field.currency), get_language() or "en")
    choices = dict(getattr(field.field, "choices", []))
    if isinstance(value, list):
        return field.label, ", ".join(str(choices.get(part, part)) for part in value)
    return field.label, str(choices.get(value, value)) if value else ""


def _question(request: HttpRequest, page: Page, visit: Visit, draft: AidRequest) -> HttpResponse:
    form = page.make_form(draft, request.POST if request.method == "POST" else None)
    to_check = "check" in (request.GET.get("then"), request.POST.get("then"))
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        try:
            page.keep(draft, form.cleaned_data)
        except transitions.NotNow:
            return redirect("aid:case")
        following = after(page)
        onward = redirect("aid:check") if to_check or not following else redirect("aid:question", slug=following.slug)
        visiting.go_on(onward, visit)
        return onward
    context = _shown(page, form) | {"words": visit.words, "to_check": to_check}
    response = render(request, "aid/question.html", context)
    visiting.go_on(response, visit)
    return response


def _draft(request: HttpRequest) -> tuple[Visit | None, AidRequest | None]:
    """Return the visit and the application it is about, as long as that is still being written."""
    visit = visiting.current(request)
    found = access.of_visit(visit.request_id) if visit else None
    return visit, found if found and found.status == Status.DRAFT else None


def _onward(visit: Visit, draft: AidRequest) -> HttpResponse:
    """Lead to the first question without an answer, or to the last page."""
    pages = applying.missing(draft)
    response = redirect("aid:question", slug=pages[0]) if pages else redirect("aid:check")
    visiting.go_on(response, visit)
    return response


def _shown(page: Page, form: forms.Form) -> dict[str, Any]:
    return _terms() | {
        "page": page,
        "form": form,
        "number": PAGES.index(page) + 1,
        "total": len(PAGES),
        "before": before(page),
        "is_first": page is PAGES[0],
    }


def _terms() -> dict[str, Any]:
    """What every page may say about time: the policy's promise, as if the request were sent today."""
    fund = Fund.objects.filter(pays_aid=True).order_by("pk").first()
    days = policy.in_force(fund).answer_days if fund else None
    return {
        "answer_by": (now() + timedelta(days=days)).date() if days else None,
        "answer_days": days,
        "forget_days": retention.days(DataClass.DRAFT),
        "idle_minutes": visiting.IDLE_SECONDS // 60,
    }
