"""The public side of giving: choose, say who you are, pay at Stripe, come back."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import clock, formtoken
from donations import card_testing, forms, giving, offers, own_page_guard
from donations.models.giving import Interval
from organisation.models import LegalEntity


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with a GET (RFC 9110, 15.4.4)."""

    status_code = 303


@never_cache
@csrf_exempt  # Guarded by core.formtoken: a cookie-less page has no CSRF cookie.
@require_http_methods(["GET", "HEAD", "POST"])
def donate(request: HttpRequest) -> HttpResponse:
    """First screen without (good) parameters, second screen with them, Stripe's page after its POST."""
    if request.method == "POST":
        return _let_form_lead_to_stripe(_begin(request))
    choice = forms.choice(request.GET)
    # The form itself always sends ``other``. A link that names less than an amount and an interval asks for the rest.
    is_sent = "other" in request.GET or {"amount", "interval"} <= set(request.GET)
    if not is_sent or "change" in request.GET:
        return _ask_amount(request, forms.AmountForm(initial=choice))
    amount_form = forms.AmountForm(choice)
    if not amount_form.is_valid():
        return _ask_amount(request, amount_form)
    notice = _("You came back from the payment page. Nothing was charged.") if "back" in request.GET else ""
    return _let_form_lead_to_stripe(_ask_donor(request, amount_form, _donor_form(request), notice=notice))


def _donor_form(request: HttpRequest) -> forms.DonorForm:
    """Return the form, filled in for who comes from their own page."""
    donor = own_page_guard.visitor(request)
    return forms.DonorForm(initial={"email": donor.email, "name": donor.name} if donor else {}, label_suffix="")


def _begin(request: HttpRequest) -> HttpResponse:
    amount_form = forms.AmountForm(forms.choice(request.POST))
    if not amount_form.is_valid():
        return _ask_amount(request, amount_form)
    donor_form = forms.DonorForm(request.POST, label_suffix="")
    try:
        formtoken.check(request, "donations.checkout")
    except formtoken.FormRefused:
        notice = _("This page was open for too long. Nothing was charged; press the button once more.")
        return _ask_donor(request, amount_form, donor_form, notice=notice, status=403)
    if not donor_form.is_valid():
        return _ask_donor(request, amount_form, donor_form)
    at = clock.now()
    if not card_testing.may_try(
        address=request.META.get("REMOTE_ADDR", ""),
        email=donor_form.cleaned_data["email"],
        campaign=amount_form.cleaned_data["campaign"],
        at=at,
    ):
        card_testing.answer_slowly()
        notice = _(
            "We cannot lead you to the payment page at the moment. Nothing was charged, and what you typed is still"
            " here. Please press the button again in an hour, or write to us."
        )
        return _ask_donor(request, amount_form, donor_form, notice=notice, status=429)
    try:
        checkout = giving.write_down(_wish(amount_form, donor_form, covers_fee="cover" in request.POST), at=at)
        return SeeOther(giving.open_page(checkout, at=at))
    except giving.GiftsNotOpen:
        notice = _("We cannot take gifts yet: the organisation is not set up to issue receipts. Nothing was charged.")
    except giving.StripeOutOfReach:
        notice = _(
            "The payment service does not answer at the moment. Nothing was charged and what you typed is still here."
            " Please press the button again in a minute."
        )
    except giving.StripeSaysNo:
        notice = _("The payment service refuses this gift. Nothing was charged. Please check the e-mail address.")
    return _ask_donor(request, amount_form, donor_form, notice=notice, status=503)


def _wish(amount_form: forms.AmountForm, donor_form: forms.DonorForm, *, covers_fee: bool) -> giving.Wish:
    gift, donor = amount_form.cleaned_data, donor_form.cleaned_data
    cover = offers.fee_cover(gift["money"]) if covers_fee else None
    return giving.Wish(
        amount=gift["money"] + cover if cover else gift["money"],
        fee_cover=cover,
        interval=Interval(gift["interval"]),
        fund=gift["fund"],
        campaign=gift["campaign"],
        language=get_language() or "en",
        **{name: donor[name] for name in ("email", "name", "honouree", "employer", "wall_name", "message")},
    )


def _taker() -> LegalEntity | None:
    """Return who takes the gift, to say so; nobody while gifts are not open."""
    try:
        return giving.issuing_entity()
    except giving.GiftsNotOpen:
        return None


def _ask_amount(request: HttpRequest, form: forms.AmountForm) -> HttpResponse:
    kept = {
        name: value for name, value in forms.choice(request.GET).items() if name in ("interval", "fund", "campaign")
    }
    links = [(name, urlencode(kept | {"currency": code})) for code, name in form.other_currencies()]
    return render(request, "donations/amount.html", {"form": form, "other_currencies": links, "entity": _taker()})


def _ask_donor(
    request: HttpRequest,
    amount_form: forms.AmountForm,
    donor_form: forms.DonorForm,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    hidden = forms.hidden_choice(amount_form)
    gift = amount_form.cleaned_data
    cover = offers.fee_cover(gift["money"])
    own, unit = amount_form.money_units[0], amount_form.money_unit
    context = {
        "form": donor_form,
        "amount": gift["money"],
        "cover": cover,
        "total": gift["money"] + cover if cover else None,
        "fund": gift["fund"],
        "interval": Interval(gift["interval"]),
        # What the fund counts in, if Stripe has to convert.
        "converted_into": "" if unit == own else offers.currency_name(own),
        "entity": _taker(),
        "hidden": hidden,
        "change": urlencode(hidden | {"change": "1"}),
        "notice": notice,
        "notice_kind": "info" if status == 200 else "warning",
    }
    return render(request, "donations/donor.html", context, status=status)


def _let_form_lead_to_stripe(response: HttpResponse) -> HttpResponse:
    """Browsers hold the policy's form-action also against where the answer to a form redirects."""
    places = ["https://checkout.stripe.com"]
    for address in {settings.SANDBOX_URL, settings.STRIPE_API_URL} - {""}:
        parts = urlsplit(address)
        places.append(f"{parts.scheme}://{parts.netloc}")
    response._csp_update = {"form-action": sorted(places)}  # type: ignore[attr-defined]  # as django-csp's decorator does
    return response


@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """Back from Stripe. The address proves nothing, so the page says only what happens next."""
    return render(request, "donations/thanks.html", {"forgets_query": True})
