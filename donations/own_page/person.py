"""What supporters do about themselves on their own page: name, address, mail address, their data, being erased."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, throttle
from donations import access, details, erasing, own_data, own_page_guard
from donations.models import Donor
from donations.own_page import page
from donations.own_page.forms import DetailsForm, EmailForm, EraseForm
from donations.own_page_guard import is_fresh, lead_to, private, visited

_BOTH = ["GET", "HEAD", "POST"]
_HOUR = 60 * 60


@visited
@require_http_methods(_BOTH)
def write_details(request: HttpRequest, donor: Donor) -> HttpResponse:
    """Name and postal address, as receipts from now on carry them."""
    form = DetailsForm(request.POST if request.method == "POST" else None, donor=donor)
    is_stale = request.method == "POST" and not is_fresh(request)
    if request.method == "POST" and not is_stale and form.is_valid():
        details.write(donor=donor, at=clock.now(), **form.cleaned_data)
        return lead_to(f"{reverse('donations:own_page')}#you")
    context = {"form": form, "is_stale": is_stale}
    return render(request, "donations/giving_details.html", context, status=403 if is_stale else 200)


@visited
@require_http_methods(_BOTH)
def ask_for_email(request: HttpRequest, donor: Donor) -> HttpResponse:
    """Another mail address: a link to it has to be pressed first. The answer is the same whoever has the address."""
    form = EmailForm(request.POST if request.method == "POST" else None, donor=donor)
    is_stale = request.method == "POST" and not is_fresh(request)
    if request.method != "POST" or is_stale or not form.is_valid():
        context = {"form": form, "donor": donor, "is_stale": is_stale}
        return render(request, "donations/giving_email.html", context, status=403 if is_stale else 200)
    if not throttle.allow("donations.new_email", donor.reference, limit=5, seconds=_HOUR):
        notice = _("You have tried several addresses just now. Please wait an hour before the next one.")
        return page.show(request, donor, notice=notice, kind="warning", status=429)
    email = form.cleaned_data["email"]
    details.ask_for_email(donor=donor, email=email, at=clock.now())
    return render(request, "donations/giving_email.html", {"sent_to": email, "donor": donor})


@private
@require_http_methods(_BOTH)
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the letter to a new (or the old) mail address: its GET shows one button, its POST changes it."""
    context: dict[str, object] = {}
    try:
        meant = details.meant_by(token)
        context = {"email": access.masked(meant.email), "takes_back": meant.takes_back}
        if request.method == "POST" and is_fresh(request):
            details.change_email(token, at=clock.now())
            context["is_done"] = True
    except details.LinkIsOver:
        context = {"is_over": True}
    except details.AddressTaken:
        context["is_taken"] = True
    return render(request, "donations/giving_email_confirm.html", context)


@visited
@require_safe
def data(request: HttpRequest, donor: Donor) -> HttpResponse:
    """Everything that we hold on the donor, as JSON."""
    if not throttle.allow("donations.own_data", donor.reference, limit=10, seconds=_HOUR):
        notice = _("You have saved your data several times just now. Please wait an hour before the next time.")
        return page.show(request, donor, notice=notice, kind="warning", status=429)
    told = json.dumps(own_data.of(donor, at=clock.now()), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="my-gifts.json"'}
    return HttpResponse(told, content_type="application/json; charset=utf-8", headers=headers)


@private
@require_http_methods(_BOTH)
def erase(request: HttpRequest) -> HttpResponse:
    """Explain what goes and what stays, ask once, then erase. Who presses twice has no page any more at the second."""
    visit = own_page_guard.current(request)
    if visit is None:
        again = _(
            "Your page is closed now. If you have just had yourself erased, that is done; if not, nothing was changed."
        )
        return own_page_guard.ended(request, again if request.method == "POST" else "")
    donor = visit.donor.person
    form = EraseForm(request.POST if request.method == "POST" else None, label_suffix="")
    is_stale = request.method == "POST" and not is_fresh(request)
    context = {"form": form, "is_stale": is_stale, "donor": donor, "gifts": page.running(donor)}
    if request.method != "POST" or is_stale or not form.is_valid():
        return render(request, "donations/giving_erase.html", context, status=403 if is_stale else 200)
    try:
        erasing.erase(donor=donor, at=clock.now())
    except erasing.StillRunning:
        return render(request, "donations/giving_erase.html", context | {"still_running": True}, status=503)
    response = render(request, "donations/giving_erased.html")
    own_page_guard.let_out(request, response)
    return response
