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

from aid import access, applying, crowding, holding, policy, retention, surging, transitions
from aid.amounts import AmountField, short
from aid.classes import DataClass
from aid.models import AidRequest, Case, Policy
from aid.worker import duration, pages, visiting
from aid.worker.forms import CaseWordsForm, KindForm, WordsKeptForm, mark_optional
from aid.worker.pages import BY_SLUG, FIRST, Page
from aid.worker.visiting import Visit
from core.clock import now
from core.money import Money, format_money
from ledger.models import Fund

PURPOSE = "aid.apply"


@visiting.private
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Before any question: what is asked and why, who sees it, how long it takes, and what happens on refusal."""
    rules = _rules()
    blank = AidRequest(case=Case(), fund=rules.fund) if rules else None
    context = _terms(rules) | {
        "report": [FIRST, *pages.REPORT],
        "rejection": pages.REJECTION,
        "money": pages.MONEY,
        "contact": pages.CONTACT,
        "most": short(rules.money(rules.max_per_request_minor)) if rules else "",
        "report_minutes": duration.of_report(blank) if blank else None,
        "aid_minutes": duration.of_aid(blank) if blank else None,
        "rejection_minutes": duration.of_rejection(blank) if blank else None,
        "is_surge": surging.current() is not None,
        "forget_days": retention.days(DataClass.DRAFT),
        "idle_minutes": visiting.IDLE_SECONDS // 60,
    }
    return render(request, "aid/home.html", context)


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest) -> HttpResponse:
    """The first question. Its POST opens the case and sets the cookie; coming back to it changes the answer."""
    visit, draft = _draft(request)
    if draft and visit:
        return _question(request, FIRST, visit, draft)
    form = KindForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        try:
            crowding.admit(address=request.META["REMOTE_ADDR"], at=now())
            begun = applying.begin(kind=form.cleaned_data["kind"], language=get_language() or "en", at=now())
        except crowding.TooManyHere as crowd:
            return _crowded(request, crowd)
        except applying.NoAidFund:
            return render(request, "aid/closed.html")
        response = redirect("aid:words")
        visiting.begin(response, request_id=begun.request.pk, words=begun.words)
        return response
    return render(request, "aid/question.html", _shown(FIRST, form, AidRequest(case=Case())))


def _crowded(request: HttpRequest, crowd: crowding.TooManyHere) -> HttpResponse:
    context = {
        "wait_minutes": -(-crowd.seconds // 60),
        "is_everywhere": isinstance(crowd, crowding.TooManyEverywhere),
    }
    response = render(request, "aid/crowded.html", context, status=429)
    response["Retry-After"] = str(crowd.seconds)
    return response


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
        with suppress(transitions.NotNow):  # Sent meanwhile in another window: the next page says so.
            applying.note_words_kept(request=draft, at=now())
        return _onward(visit, draft)
    context = _terms(_rules()) | {"form": form, "words": visit.words, "to_come": len(pages.path(draft)) - 1}
    return _shown_again(request, "aid/words.html", context, visit)


@visiting.private
@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """Lead a worker who comes back to where they stopped."""
    visit, draft = _draft(request)
    return _onward(visit, draft) if visit and draft else _sent_or_ended(request, visit)


@visiting.private
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """One question. What was answered before stands in the form."""
    if slug not in BY_SLUG or BY_SLUG[slug] is FIRST:
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
    context = _terms(_rules()) | {
        "form": form,
        "answers": answers(draft),
        "missing": [BY_SLUG[slug] for slug in applying.missing(draft)],
        "wants_money": draft.wants_money,
        "words": visit.words,
        "last": pages.CONTACT,
        "files": _names_of_files(draft),
    }
    return _shown_again(request, "aid/check.html", context, visit)


def ended(request: HttpRequest) -> HttpResponse:
    """Say that the visit is over and what is safe, and offer the way back. Long typed text is given back to be copied."""
    typed = next(filter(None, (request.POST.get(name, "") for name in ("story", "notice", "pay_to"))), "")
    context = {"words_form": CaseWordsForm(), "typed": typed[: policy.LONGEST_STORY]}
    return render(request, "aid/ended.html", context)


def _sent_or_ended(request: HttpRequest, visit: Visit | None) -> HttpResponse:
    """Lead to the case what comes back to a question after it was sent, as a browser's own "back" does."""
    return redirect("aid:case") if visit and access.of_visit(visit.request_id) else ended(request)


def answers(request: AidRequest) -> list[tuple[Page, list[tuple[Any, str]]]]:
    """Return each page that this worker is asked, with what we hold of its answers, in the worker's words."""
    return [(page, [_in_words(field) for field in page.make_form(request)]) for page in pages.path(request)]


def _names_of_files(draft: AidRequest) -> list[str]:
    there = draft.case.attachments.filter(gone_at__isnull=True).order_by("at", "pk")
    return [holding.get(file, "name") or file.get_kind_display() for file in there]


def _in_words(field: forms.BoundField) -> tuple[Any, str]:
    value = field.value()
    if isinstance(value, date):
        return field.label, date_format(value)
    if isinstance(field.field, AmountField) and value:
        return field.label, format_money(Money(value, field.field.currency), get_language() or "en")
    choices = dict(getattr(field.field, "choices", []))
    if isinstance(value, list):
        return field.label, ", ".join(str(choices.get(part, part)) for part in value)
    return field.label, str(choices.get(value, value)) if value not in (None, "") else ""


def _question(request: HttpRequest, page: Page, visit: Visit, draft: AidRequest) -> HttpResponse:
    form = page.make_form(draft, request.POST if request.method == "POST" else None)
    to_check = "check" in (request.GET.get("then"), request.POST.get("then"))
    is_saved = False
    if request.method == "POST" and form.is_valid() and visiting.is_ours(request, PURPOSE, form):
        asked_before = pages.path(draft)
        try:
            page.keep(draft, form.cleaned_data)
        except transitions.NotNow:
            return redirect("aid:case")
        if page.asked(draft):
            # An answer may have opened other pages, which are to be seen before all is checked.
            opened = [other for other in pages.path(draft) if other not in asked_before]
            following = next(iter(opened), None) if to_check else pages.after(page, draft)
            onward = redirect("aid:question", slug=following.slug) if following else redirect("aid:check")
            visiting.go_on(onward, visit)
            return onward
        is_saved = True
    if not page.asked(draft) and not form.errors:
        context = {"page": page, "is_saved": is_saved, "words": visit.words, "about_money": pages.ABOUT_MONEY}
        return _shown_again(request, "aid/not_asked.html", context, visit)
    context = _shown(page, form, draft) | {"words": visit.words, "to_check": to_check}
    return _shown_again(request, "aid/question.html", context, visit)


def _draft(request: HttpRequest) -> tuple[Visit | None, AidRequest | None]:
    """Return the visit and the application it is about, as long as that is still being written."""
    visit = visiting.current(request)
    return visit, access.draft_of_visit(visit.request_id) if visit else None


def _onward(visit: Visit, draft: AidRequest) -> HttpResponse:
    """Lead to the page after the last answer, or to the last page."""
    page = pages.resume(draft)
    response = redirect("aid:question", slug=page.slug) if page else redirect("aid:check")
    visiting.go_on(response, visit)
    return response


def _shown(page: Page, form: forms.Form, draft: AidRequest) -> dict[str, Any]:
    """What a question shows beside its form. Until money is declined, the count is that of who asks for it."""
    mark_optional(form)
    asked = [other for other in pages.PAGES if other is page or other.asked(draft)]
    return {
        "page": page,
        "form": form,
        "draft": draft,
        "number": asked.index(page) + 1,
        "total": len(asked),
        "before": pages.before(page, draft),
        "is_first": page is FIRST,
    }


def _shown_again(request: HttpRequest, template: str, context: dict[str, Any], visit: Visit) -> HttpResponse:
    """Show a page of the visit, whose half hour begins anew."""
    response = render(request, template, context)
    visiting.go_on(response, visit)
    return response


def _rules() -> Policy | None:
    """Return what counts for a request that is sent now; none if no fund pays aid."""
    fund = Fund.objects.filter(pays_aid=True).order_by("pk").first()
    return policy.in_force(fund) if fund else None


def _terms(rules: Policy | None) -> dict[str, Any]:
    """What every page may say about time: the policy's promise, as if the request were sent today."""
    days = rules.answer_days if rules else None
    return {"answer_by": (now() + timedelta(days=days)).date() if days else None, "answer_days": days}
