"""One case, and whether a law asks us to keep it."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from aid import access, holding, legal_holds
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs


class LawForm(forms.Form):
    """Why nothing of the case may be erased."""

    reason = forms.CharField(
        label=gettext_lazy("Which law, or whose order"),
        help_text=gettext_lazy("Sealed; stewards read it. The worker is told only that the law asks us to keep it."),
        max_length=legal_holds.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please say which law or order it is.")},
    )


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def law(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What keeps this case from being erased, past and present; one more may be put."""
    steward = member(request)
    found = get_object_or_404(access.visible_to(steward), pk=pk)
    form = LawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        legal_holds.put(request_id=pk, by=steward, reason=form.cleaned_data["reason"], at=now())
        messages.success(request, _("Nothing of this case is erased until the hold is lifted."))
        return redirect("aid_case_law", pk=pk)
    rows = found.case.legal_holds.select_related("by", "lifted_by").order_by("-at", "pk")
    context = {
        "request_shown": found,
        "case": found.case,
        "holds": [{"hold": hold, "reason": holding.get(hold, "reason")} for hold in rows],
        "form": form,
    }
    title = _("What the law keeps of case %(name)s") % {"name": found.case.short}
    status = 422 if form.is_bound else 200
    above: list[screen.Above] = [("aid_steward", _("Steward"))]
    return screen.show(request, "aid/desk/law.html", title=title, context=context, above=above, status=status)


@needs(Permission.OVERSEE_CASES)
@never_cache
@require_POST
def lift(request: HttpRequest, pk: uuid.UUID, hold: uuid.UUID) -> HttpResponse:
    """End a legal hold."""
    steward = member(request)
    found = get_object_or_404(access.visible_to(steward), pk=pk)
    row = get_object_or_404(found.case.legal_holds, pk=hold)
    legal_holds.lift(hold_id=row.pk, by=steward, at=now())
    messages.success(request, _("The legal hold is lifted."))
    return redirect("aid_case_law", pk=pk)
