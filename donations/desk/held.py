"""The desk's screen where a person decides about a payment that is not what was asked for."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core import clock
from donations import held
from donations.models import HeldPayment
from ledger.models import Fund
from ledger.posting import AlreadyPosted
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs
from stripe_gateway import door

_FROM_STRIPE = ("donations_stripe", gettext_lazy("From Stripe"))


class BookForm(forms.Form):
    """To which fund a held payment goes, and, if we do not know, whose gift it is."""

    fund = forms.ModelChoiceField(label=gettext_lazy("Fund"), queryset=Fund.objects.order_by("pk"))
    email = forms.EmailField(
        label=gettext_lazy("Donor's e-mail address"),
        help_text=gettext_lazy("As it stands with the payment at Stripe. The receipt goes there."),
    )

    def __init__(self, data: Any = None, *, payment: HeldPayment) -> None:
        super().__init__(data, initial={"fund": payment.checkout.fund if payment.checkout else None})
        if payment.checkout:
            del self.fields["email"]


@needs(Permission.MANAGE_GIFTS)
@require_http_methods(["GET", "HEAD", "POST"])
def held_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Book a held payment as a gift, or send it back."""
    payment = get_object_or_404(HeldPayment.objects.select_related("checkout__fund", "closed_by"), pk=pk)
    form = BookForm(request.POST if request.POST.get("deed") == "book" else None, payment=payment)
    if request.method == "POST":
        answer = _send_back(request, payment) if request.POST.get("deed") == "back" else _book(request, form, payment)
        if answer:
            return answer
    context = {"held": payment, "form": form, "is_open": payment.closed_at is None}
    return screen.show(
        request, "donations/desk/held.html", title=_("Held payment"), context=context, above=[_FROM_STRIPE]
    )


def _book(request: HttpRequest, form: BookForm, payment: HeldPayment) -> HttpResponse | None:
    if not form.is_valid():
        return None
    chosen = {"fund": form.cleaned_data["fund"], "email": form.cleaned_data.get("email", "")}
    try:
        booked = held.book(held=payment, **chosen, by=member(request), at=clock.now())
    except held.CannotBeBooked:
        form.add_error(
            "fund", _("The payment cannot be booked to this fund: it settled in another currency, or is test money.")
        )
        return None
    except AlreadyPosted:
        form.add_error(None, _("This money is in the books already, with the payout that held it."))
        return None
    except held.DealtWithAlready:
        return _too_late(request)
    except door.StripeUnavailable:
        form.add_error(None, _("Stripe does not answer. Nothing was booked; try again later."))
        return None
    messages.success(request, _("Booked. The receipt is on its way to the donor."))
    return redirect("donations_gift", reference=booked.reference)


def _send_back(request: HttpRequest, payment: HeldPayment) -> HttpResponse:
    try:
        held.send_back(held=payment, by=member(request), at=clock.now())
    except held.DealtWithAlready:
        return _too_late(request)
    except door.StripeUnavailable:
        messages.warning(request, _("Stripe does not answer. Press the button again later: it is sent back once."))
        return redirect("donations_held", pk=payment.pk)
    except door.StripeRefused:
        messages.error(request, _("Stripe refuses to send this payment back. Look at it at Stripe."))
        return redirect("donations_held", pk=payment.pk)
    messages.success(request, _("Stripe sends the payment back."))
    return redirect("donations_stripe")


def _too_late(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Somebody has dealt with this payment already."))
    return redirect("donations_stripe")
