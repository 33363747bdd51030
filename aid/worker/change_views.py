"""What a worker changes or takes back: where the money should go, the request itself, or everything that we hold."""

from contextlib import suppress

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from aid import applying, changing, erasing, holding, transitions
from aid.answers import PayMethod
from aid.models import AidRequest
from aid.statuses import Status
from aid.worker import case_page, own_case, talk_views, visiting
from aid.worker.case_forms import EraseForm, PayToForm
from core.clock import now

_CHANGES_AN_HOUR = 10
_UNSENT = "?unsent"


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Change where the money should go. What it costs in time is said before."""
    if not changing.may_change_payment(found):
        return redirect("aid:case")
    held = {"method": found.pay_method, "pay_to": holding.get(found, "pay_to")}
    form = PayToForm(request.POST or None, case=found.case, initial=held)
    if (
        request.method == "POST"
        and form.is_valid()
        and own_case.is_ours(request, found, form)
        and (form.cleaned_data.items() <= held.items() or _is_up_to_date(request, found, form))
        and own_case.is_within(_CHANGES_AN_HOUR, of="aid.changes", found=found, form=form)
    ):
        method = PayMethod(form.cleaned_data["method"])
        with suppress(transitions.NotNow):  # Paid meanwhile: the page shows it.
            changing.change_payment(request_id=found.pk, method=method, pay_to=form.cleaned_data["pay_to"], at=now())
            return talk_views.done("payment")
        return redirect("aid:case")
    return render(request, "aid/payment.html", case_page.standing(found) | {"form": form, "seen": _seen(found)})


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Ask once, then take the request back."""
    form = forms.Form(request.POST or None)
    if request.method == "POST" and form.is_valid() and own_case.is_ours(request, found, form):
        was_unsent = found.status == Status.DRAFT
        with suppress(transitions.NotNow):  # Paid meanwhile, or withdrawn before: the page shows it.
            applying.withdraw(request_id=found.pk, at=now())
        if not was_unsent:
            return redirect("aid:case")
        erased = redirect("aid:home")
        visiting.end(erased)
        return erased
    return render(request, "aid/withdraw.html", case_page.standing(found) | {"form": form})


@own_case.visited
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, found: AidRequest) -> HttpResponse:
    """Say what would stay and why, ask once more, then erase."""
    form = EraseForm(request.POST or None, case=found.case)
    is_held, was_sent = False, found.status != Status.DRAFT
    if request.method == "POST" and form.is_valid() and own_case.is_ours(request, found, form):
        try:
            erasing.erase_now(request_id=found.pk, at=now())
        except erasing.UnderLegalHold:
            is_held = True
        else:
            gone = redirect(f"{reverse('aid:erased')}{'' if was_sent else _UNSENT}")
            gone.status_code = 303
            visiting.end(gone)
            return gone
    context = case_page.standing(found) | {"form": form, "kept": erasing.what_stays(found), "is_held": is_held}
    return render(request, "aid/erase.html", context)


@visiting.private
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """Say that it is erased, to whoever asks: the address names nobody."""
    if visiting.current(request):
        return redirect("aid:case")
    return own_case.erased(request, is_draft="unsent" in request.GET)


def _seen(found: AidRequest) -> str:
    """Name what the page was made from."""
    return f"{found.version}.{found.revision}"


def _is_up_to_date(request: HttpRequest, found: AidRequest, form: forms.Form) -> bool:
    """Return whether nothing has changed since the form was made: another device may have changed the same."""
    if request.POST.get("seen") == _seen(found):
        return True
    form.add_error(
        None, _("Something has changed since you opened this page. Please look at it once more, then send it.")
    )
    return False
