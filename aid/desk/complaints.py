"""Complaints, at the steward's desk: read, answered once in words that the worker reads, and closed with that."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aid import complaining, holding, transitions
from aid.models import Complaint
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_PER_PAGE = 50


class AnswerForm(forms.Form):
    """The answer that the worker reads."""

    words = forms.CharField(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy("The worker reads it on their page. It closes the complaint and cannot be changed."),
        max_length=complaining.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": gettext_lazy("Please write an answer: the worker is told that one came.")},
    )


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """All complaints, open ones first. What they say stands on their own pages."""
    page = Paginator(complaining.heard_by(member(request)), _PER_PAGE).get_page(request.GET.get("page"))
    return screen.show(
        request, "aid/desk/complaints.html", title=_("Complaints"), context={"page": page}, above=_above()
    )


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One complaint, and its answer."""
    steward = member(request)
    found = get_object_or_404(complaining.heard_by(steward), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, found, form)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        complaining.answer(complaint_id=pk, by=steward, words=form.cleaned_data["words"], at=now())
    except complaining.AlreadyAnswered:
        found = get_object_or_404(complaining.heard_by(steward), pk=pk)
        said = _("It is answered already. The worker gets one answer; yours was not sent.")
        return _page(request, found, form, said=said, status=409)
    except (transitions.SamePerson, transitions.InConflict, transitions.NotAllowed):
        found = get_object_or_404(complaining.heard_by(steward), pk=pk)
        said = _("You had a part in this request. A steward who had none answers; nothing was sent.")
        return _page(request, found, form, said=said, status=409)
    messages.success(request, _("Answered and closed. The worker reads your words on their page."))
    return redirect("aid_complaints")


def _page(
    request: HttpRequest, found: Complaint, form: AnswerForm, *, said: str = "", status: int = 200
) -> HttpResponse:
    # Another steward's complaint is not read by whom it is about.
    is_own: bool = found.is_own  # type: ignore[attr-defined]  # added by heard_by
    context: dict[str, Any] = {
        "complaint": found,
        "body": "" if is_own else holding.get(found, "body"),
        "answer": "" if is_own else holding.get(found, "answer"),
        "is_own": is_own,
        "form": form,
        "said": said,
    }
    title = _("Complaint on case %(name)s") % {"name": found.case.short}
    above = [*_above(), ("aid_complaints", _("Complaints"))]
    return screen.show(request, "aid/desk/complaint.html", title=title, context=context, above=above, status=status)


def _above() -> list[screen.Above]:
    return [("aid_steward", _("Steward"))]
