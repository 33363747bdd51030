"""The ways to a supporter's own page: ask for a link by mail, open it once, leave."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import clock, throttle
from donations import access, forms, own_page_guard, own_page_letters, visits
from donations.models import Donor
from donations.own_page_guard import is_fresh, lead_to, private
from organisation import pace

_HOUR = 60 * 60
# As long as finding a donor, making a link and queueing its letter take.
_SECONDS = 0.3


def ask(request: HttpRequest) -> HttpResponse:
    """Send a supporter the link to their page. The answer is the same, and takes as long, for every address."""
    if request.method != "POST":
        return _ask(request, forms.GivingLinkForm(label_suffix=""))
    form = forms.GivingLinkForm(request.POST, label_suffix="")
    if not is_fresh(request):
        return _ask(request, form, _("This page was open for too long. Press the button once more."), status=403)
    if not form.is_valid():
        return _ask(request, form)
    email = form.cleaned_data["email"]
    if _is_allowed(request, email):
        with pace.at_least(seconds=_SECONDS):
            donor = Donor.objects.select_related("merged_into").filter(email__iexact=email).first()
            if donor:
                own_page_letters.send_link(donor, at=clock.now(), wall=timezone.now())
    return render(request, "donations/giving_link.html", {"is_sent": True})


def _ask(request: HttpRequest, form: forms.GivingLinkForm, notice: str = "", *, status: int = 200) -> HttpResponse:
    return render(request, "donations/giving_link.html", {"form": form, "notice": notice}, status=status)


def _is_allowed(request: HttpRequest, email: str) -> bool:
    block = throttle.address_block(request.META.get("REMOTE_ADDR", ""))
    return throttle.allow("donations.giving_link", block, limit=20, seconds=_HOUR) and throttle.allow(
        "donations.giving_link.email", email, limit=3, seconds=_HOUR
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def from_letter(request: HttpRequest, token: str) -> HttpResponse:
    """The address in our letters about money: one button sends a fresh link to the donor, whoever holds the letter."""
    try:
        donor = access.donor_of(token)
    except access.NoSuchSupporter:
        return _ask(request, forms.GivingLinkForm(label_suffix=""), _("This address is too old. Ask for a link here."))
    if own_page_guard.visitor(request) == donor and request.method != "POST":
        return lead_to(reverse("donations:own_page"))
    return _offer_link(request, donor, {"forgets_query": True})


@private
@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, key: str) -> HttpResponse:
    """A link's GET shows one button and changes nothing, for mail programs that look at links; its POST opens the page."""
    link, now = visits.known(key), timezone.now()
    if link is None:
        return _ask(request, forms.GivingLinkForm(label_suffix=""), _("This link is too old. Ask for a new one here."))
    visit = own_page_guard.current(request)
    if visit and visit.pk == link.pk:
        return lead_to(reverse("donations:own_page"))  # A second click, or the way back.
    if "fresh" in request.POST or not visits.is_open(link, at=now):
        return _offer_link(request, link.donor.person, {"was_used": link.used_at is not None})
    if request.method == "POST" and is_fresh(request):
        try:
            secret = visits.begin(key, at=now)
        except visits.LinkIsSpent:
            return _offer_link(request, link.donor.person, {"was_used": True})
        response = lead_to(reverse("donations:own_page"))
        own_page_guard.let_in(response, secret)
        return response
    return render(request, "donations/giving_open.html", {"email": access.masked(link.donor.person.email)})


def _offer_link(request: HttpRequest, donor: Donor, context: dict[str, object]) -> HttpResponse:
    """Offer to send a fresh link to the donor's own address, and do so when the button was pressed."""
    if not donor.email:
        return _ask(request, forms.GivingLinkForm(label_suffix=""))
    is_sent = request.method == "POST" and "fresh" in request.POST and is_fresh(request)
    is_too_often = is_sent and not _is_allowed(request, donor.email)
    if is_sent and not is_too_often:
        own_page_letters.send_link(donor, at=clock.now(), wall=timezone.now())
    context = context | {"email": access.masked(donor.email), "is_sent": is_sent, "is_too_often": is_too_often}
    return render(request, "donations/giving_fresh.html", context, status=429 if is_too_often else 200)


@private
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the page on this device. Needs no token: the worst a forged click does is to ask for a new link."""
    response = render(request, "donations/giving_link.html", {"has_left": True})
    own_page_guard.let_out(request, response)
    return response
