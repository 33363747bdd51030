"""Declining many for one reason: a caseworker lists them, and another person reads the list and decides on it once."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aid import access, batches, conflicts, holding, transitions
from aid.models import AidRequest, DeclineBatch
from aid.reasons import DeclineReason
from aid.statuses import Status
from core.clock import now
from organisation import screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member, needs

_NOTE = gettext_lazy("For your colleagues. Sealed; the worker does not see it.")
_ABOVE = ("aid_batches", gettext_lazy("Lists of declines"))
_CAN_BE_LISTED = (Status.RECEIVED, Status.IN_REVIEW)


class BatchForm(forms.Form):
    """Why all of them are to be declined."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Every worker on the list reads these words."),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), help_text=_NOTE, required=False, max_length=2000, widget=forms.Textarea({"rows": 3})
    )


class DecideForm(forms.Form):
    """One answer to the list as it was shown. ``seen``: its digest."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("agree", ""), ("send_back", "")])
    note = forms.CharField(
        label=gettext_lazy("What is missing, if you send it back"),
        help_text=_NOTE,
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if answers.get("answer") == "send_back" and not answers.get("note"):
            self.add_error("note", _("Please say what is missing."))
        return answers


@needs(Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS)
@never_cache
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The lists of declines, those to decide first."""
    rows = _seen_by(member(request)).order_by("-made_at")
    to_decide = [
        {"batch": batch, "waiting": batches.waiting(batch).count()}
        for batch in rows.filter(state=DeclineBatch.State.OPEN)
    ]
    context = {"to_decide": to_decide, "decided": rows.exclude(state=DeclineBatch.State.OPEN)[:50]}
    return screen.show(request, "aid/desk/batches.html", title=_("Lists of declines"), context=context)


@needs(Permission.REVIEW_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Show which of the ticked requests go on the list, and put them there for one reason."""
    typed = request.POST if request.method == "POST" else request.GET
    found = list(access.visible_to(member(request)).filter(pk__in=_keys(typed)).order_by("submitted_at", "pk"))
    listed = [row for row in found if row.status in _CAN_BE_LISTED and row.wants_money]
    if not listed:
        messages.info(request, _("Please tick requests that are received or in review, and ask for money."))
        return redirect("aid_cases")
    form = BatchForm(request.POST or None)
    said = ""
    if request.method == "POST" and form.is_valid():
        try:
            batch = batches.make(
                request_ids=[row.pk for row in listed],
                by=member(request),
                reason=DeclineReason(form.cleaned_data["reason"]),
                note=form.cleaned_data["note"],
                at=now(),
            )
        except (transitions.NotNow, transitions.SamePerson, transitions.InConflict):
            said = _("One of them was moved on, or you had another part in it. Nothing was changed; please list anew.")
        else:
            return redirect("aid_batch", pk=batch.pk)
    context = {"form": form, "listed": listed, "left_out": len(found) - len(listed), "said": said}
    status = 409 if said else 422 if form.errors else 200
    return screen.show(
        request,
        "aid/desk/batch_new.html",
        title=_("Recommend to decline"),
        context=context,
        above=[("aid_cases", gettext_lazy("Cases"))],
        status=status,
    )


@needs(Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One list as it stands now; whoever may decides on all of it, as they see it."""
    user = member(request)
    found = get_object_or_404(_seen_by(user), pk=pk)
    if request.method != "POST":
        return _page(request, found)
    if not user.has_perm(Permission.APPROVE_REQUESTS):
        return _page(request, found, said=_("Your roles do not allow this. Nothing was changed."), status=403)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    answers = form.cleaned_data
    try:
        batches.decide(
            batch_id=pk,
            by=user,
            seen=bytes.fromhex(answers["seen"]),
            agree=answers["answer"] == "agree",
            note=answers["note"],
            at=now(),
        )
    except tuple(_SAY) as problem:
        found.refresh_from_db()
        return _page(request, found, said=str(_SAY[type(problem)]), status=409)
    return redirect("aid_batches")


_SAY = {
    transitions.SeenOutdated: gettext_lazy(
        "The list changed while your page was open: somebody withdrew, wrote or was sent back. This is how it stands"
        " now; nothing was changed."
    ),
    transitions.NotNow: gettext_lazy("This list was decided on meanwhile. Nothing was changed."),
    transitions.SamePerson: gettext_lazy(
        "You made this list, or had another part in a request on it. Another person decides on it."
    ),
    transitions.InConflict: gettext_lazy("There is a worker on this list whom you know. Another person decides on it."),
}


def _seen_by(user: User) -> QuerySet[DeclineBatch]:
    """Return the lists, but none with a worker whom this person knows: its reason would tell of them."""
    known = conflicts.cases_of(user)
    return DeclineBatch.objects.exclude(reviews__request__case__in=known).select_related("made_by", "decided_by")


def _page(
    request: HttpRequest, found: DeclineBatch, *, form: DecideForm | None = None, said: str = "", status: int = 200
) -> HttpResponse:
    user = member(request)
    is_open = found.state == DeclineBatch.State.OPEN
    on_it = batches.waiting(found) if is_open else AidRequest.objects.filter(reviews__batch=found)
    rows = list(access.visible_to(user).filter(pk__in=on_it.values("pk")).order_by("submitted_at", "pk"))
    made_of = bytes(found.digest).hex()
    digest = batches.digest_now(found).hex() if is_open else made_of
    context = {
        "batch": found,
        "rows": rows,
        "digest": digest,
        "has_changed": digest != made_of,
        "note": _note_on(found, rows) if is_open else "",
        "form": form or DecideForm(),
        "may_decide": _may_decide(found, user, rows),
        "said": said,
    }
    title = _("List %(name)s") % {"name": found.id.hex[:8]}
    return screen.show(request, "aid/desk/batch.html", title=title, context=context, above=[_ABOVE], status=status)


def _note_on(found: DeclineBatch, rows: list[AidRequest]) -> str:
    """Return what the caseworker noted: the same words are beside each request."""
    review = found.reviews.filter(request__in=rows).order_by("pk").first()
    return holding.get(review, "note") if review else ""


def _may_decide(found: DeclineBatch, user: User, rows: list[AidRequest]) -> bool:
    is_open = found.state == DeclineBatch.State.OPEN
    return is_open and bool(rows) and user.has_perm(Permission.APPROVE_REQUESTS) and found.made_by_id != user.pk


def _keys(typed: Any) -> list[uuid.UUID]:
    keys = []
    for text in typed.getlist("request"):
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue  # Not from our page.
    return keys
