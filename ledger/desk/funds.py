"""The desk's screens for funds: what there is to give to and to spend from."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.money import AmountUnclear, currency_of
from ledger import balances
from ledger.models import Fund
from organisation import audit, screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import needs

_FUNDS = ("ledger_funds", gettext_lazy("Funds"))


class FundForm(forms.ModelForm[Fund]):
    """A fund. What is in addresses and in the books already stays as it is."""

    class Meta:
        model = Fund
        fields = ["name", "slug", "description", "currency", "is_restricted", "is_public", "pays_aid"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["slug"], self.fields["currency"]

    def clean_currency(self) -> str:
        try:
            return str(currency_of(self.cleaned_data["currency"]).code)
        except AmountUnclear as error:
            raise ValidationError(_("There is no currency of this code. Write it like USD.")) from error


@needs(Permission.SEE_BOOKS)
@require_safe
def funds(request: HttpRequest) -> HttpResponse:
    """List the funds with what they have."""
    rows = balances.of_all(Fund.objects.order_by("pk"))
    return screen.show(request, "ledger/desk/funds.html", title=_("Funds"), context={"balances": rows})


@needs(Permission.MANAGE_FUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def fund(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """Open a fund, or change how it is described."""
    there = get_object_or_404(Fund, slug=slug) if slug else None
    form = FundForm(request.POST or None, instance=there)
    if form.is_valid():
        _save(form, by=request.user if isinstance(request.user, User) else None)
        messages.success(request, _("Saved."))
        return redirect("ledger_funds")
    title = str(there) if there else _("Open a fund")
    return screen.show(request, "organisation/form.html", title=title, context={"form": form}, above=[_FUNDS])


@transaction.atomic
def _save(form: FundForm, *, by: User | None) -> None:
    deed = "ledger.fund_changed" if form.instance.pk else "ledger.fund_opened"
    saved = form.save()
    audit.record(actor=by, action=deed, subject=saved, note=", ".join(form.changed_data), at=clock.now())
