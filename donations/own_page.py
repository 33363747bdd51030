"""The supporter's own page: see gifts and receipts, stop a monthly gift."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import clock, formtoken, throttle
from donations import access, changing, forms
from donations import letters as giving_letters
from donations.models import Donor, Payment, ReceiptDocument, Subscription
from donations.views import SeeOther
from organisation import pace

_HOUR = 60 * 60


@never_cache
@csrf_exempt  # Guarded by core.formtoken.
@require_http_methods(["GET", "HEAD", "POST"])
def giving_link(request: HttpRequest) -> HttpResponse:
    """Send a supporter the link to their page. The answer is the same, and takes as long, for every address."""
    if request.method != "POST":
        return render(request, "donations/giving_link.html", {"form": forms.GivingLinkForm(label_suffix="")})
    form = forms.GivingLinkForm(request.POST, label_suffix="")
    try:
        formtoken.check(request, "donations.giving_link")
    except formtoken.FormRefused:
        notice = _("This page was open for too long. Press the button once more.")
        return render(request, "donations/giving_link.html", {"form": form, "notice": notice}, status=403)
    if not form.is_valid():
        return render(request, "donations/giving_link.html", {"form": form})
    email = form.cleaned_data["email"]
    block = throttle.address_block(request.META.get("REMOTE_ADDR", ""))
    if throttle.allow("donations.giving_link", block, limit=20, seconds=_HOUR) and throttle.allow(
        "donations.giving_link.email", email, limit=3, seconds=_HOUR
    ):
        with pace.at_least(seconds=0.3):
            donor = Donor.objects.filter(email__iexact=email).first()
            if donor:
                giving_letters.giving_link(donor=donor, at=clock.now())
    return render(request, "donations/giving_link.html", {"is_sent": True})


@never_cache
@require_safe
def supporter(request: HttpRequest, token: str) -> HttpResponse:
    """A supporter's own page: monthly gifts with a button to stop, gifts, receipts."""
    donor = _donor(token)
    payments = (
        Payment.objects.filter(donor=donor)
        .select_related("fund")
        .prefetch_related("refunds", "receipts__document")
        .order_by("-occurred_at", "-pk")
    )
    context = {
        "donor": donor,
        "token": token,
        "subscriptions": Subscription.objects.filter(donor=donor).select_related("fund").order_by("-started_at"),
        "payments": payments,
    }
    return render(request, "donations/supporter.html", context)


@never_cache
@csrf_exempt  # Guarded by core.formtoken and by the link itself.
@require_POST
def stop(request: HttpRequest, token: str, reference: str) -> HttpResponse:
    """Stop a monthly gift, now."""
    donor = _donor(token)
    subscription = Subscription.objects.filter(donor=donor, reference=reference).first()
    if subscription is None:
        raise Http404
    try:
        formtoken.check(request, "donations.stop")
    except formtoken.FormRefused:
        return render(request, "donations/stop_again.html", {"token": token, "subscription": subscription}, status=403)
    changing.ask_to_stop(subscription=subscription, at=clock.now())
    return SeeOther(reverse("donations:giving", args=[token]))


@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """Hand out a receipt to its donor."""
    document = ReceiptDocument.objects.filter(
        pdf__isnull=False, receipt__number=number, receipt__payment__donor=_donor(token)
    ).first()
    if document is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{number}.pdf"'}
    return HttpResponse(document.content, content_type="application/pdf", headers=headers)


def _donor(token: str) -> Donor:
    try:
        return access.donor_of(token)
    except access.NoSuchSupporter as error:
        raise Http404 from error
