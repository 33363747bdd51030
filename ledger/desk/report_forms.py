"""Filters of the reports and of the list of transactions: whose books, which days."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core import clock
from ledger import posting, sums
from ledger.models import ASSETS, Account, Entry, Fund, Kind, Promise, Transaction
from ledger.sums import Scope, Span, Step
from organisation.models import Organisation

# So many columns a person can still make sense of.
MOST_PARTS = 120
MONEY = "money"


class Day(forms.DateField):
    """A day, picked from the browser's calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    # Near the ends of the calendar there is no day before or after.
    default_validators: list[Callable[[Any], None]] = [
        MinValueValidator(date(1900, 1, 1)),
        MaxValueValidator(date(2999, 12, 31)),
    ]


def scopes() -> list[Scope]:
    """Return all that can be looked at: each currency, the organisation's own first, and in it each fund."""
    funds = list(Fund.objects.order_by("pk"))
    own = Organisation.current().currency
    codes = sorted({fund.currency for fund in funds}, key=lambda code: (code != own, code))
    found = []
    for code in codes:
        here = tuple(fund for fund in funds if fund.currency == code)
        found += [Scope(code, here), *(Scope.of_fund(fund) for fund in here)]
    return found


def scope_name(scope: Scope) -> str:
    if scope.is_one_fund:
        return f"{scope.funds[0].name} ({scope.currency})"
    return str(_("All funds in %(currency)s")) % {"currency": scope.currency}


class DaysFilter(forms.Form):
    """The first and the last day, in this order."""

    since = Day(label=_("From"), required=False)
    until = Day(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day is before the first one."))
        return cleaned


class ReportFilter(DaysFilter):
    """Whose books, from when until when, by month or by year. What is left open is this year until today."""

    of = forms.ChoiceField(
        label=_("Funds"), required=False, error_messages={"invalid_choice": _("There is no such fund.")}
    )
    by = forms.ChoiceField(
        label=_("By"),
        choices=[(Step.MONTH.value, _("month")), (Step.YEAR.value, _("year"))],
        required=False,
        error_messages={"invalid_choice": _("Choose month or year.")},
    )
    field_order = ["of", "since", "until", "by"]

    def __init__(self, data: Any) -> None:
        self.scopes = {scope.key: scope for scope in scopes()}
        super().__init__({name: value for name, value in data.items() if value} or None)
        field = self.fields["of"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, scope_name(scope)) for key, scope in self.scopes.items()]
        # What is not asked for is said too, so that a reader sees what the numbers are of.
        self.initial = {"since": self._begins(None), "until": self._today, "by": Step.MONTH}

    @property
    def _today(self) -> date:
        return posting.day_of(clock.now())

    def _begins(self, until: date | None) -> date:
        return (until or self._today).replace(month=1, day=1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and self.has_too_many(self._span(cleaned)):
            self.add_error("since", _("That are more than %(most)s months or years.") % {"most": MOST_PARTS})
        return cleaned

    def has_too_many(self, span: Span) -> bool:
        years = span.until.year - span.since.year
        months = years * 12 + span.until.month - span.since.month
        return (years if span.step == Step.YEAR else months) >= MOST_PARTS

    def _span(self, cleaned: dict[str, Any]) -> Span:
        since, until = cleaned.get("since"), cleaned.get("until")
        if until is None:
            until = self._today if since is None or since <= self._today else since.replace(month=12, day=31)
        return Span(since or self._begins(until), until, Step(cleaned.get("by") or Step.MONTH))

    def makes_sense(self) -> bool:
        """Whether a report can be made: nothing was asked, or what was asked makes sense."""
        return not self.is_bound or self.is_valid()

    @property
    def scope(self) -> Scope | None:
        """None as long as there is no fund."""
        wanted = self.cleaned_data.get("of") if self.is_bound else ""
        return self.scopes[wanted] if wanted else next(iter(self.scopes.values()), None)

    @property
    def span(self) -> Span:
        return self._span(self.cleaned_data if self.is_bound else {})

    @property
    def is_ahead(self) -> bool:
        """Whether the last day is still to come."""
        return self.span.until > self._today


class TrialFilter(ReportFilter):
    """A trial balance is as of the last day; what was moved since the first one stands beside it."""

    by = None  # type: ignore[assignment]  # this is how Django takes a field away
    each = forms.BooleanField(label=_("Each fund apart"), required=False)
    field_order = ["of", "since", "until", "each"]

    def has_too_many(self, span: Span) -> bool:
        return False  # It has one column for all of it.

    @property
    def span(self) -> Span:
        found = super().span
        return Span(found.since, found.until, Step.YEAR)


class PromiseFilter(forms.Form):
    """What was promised at the end of a day and not yet paid; today if none is asked for."""

    of = forms.ChoiceField(
        label=_("Funds"), required=False, error_messages={"invalid_choice": _("There is no such fund.")}
    )
    on = Day(label=_("On"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.scopes = {scope.key: scope for scope in scopes()}
        field = self.fields["of"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *((key, scope_name(scope)) for key, scope in self.scopes.items())]

    def found(self) -> QuerySet[Promise]:
        """Return the promises; a filter that makes no sense finds none."""
        if not self.is_valid():
            return Promise.objects.none()
        wanted = self.cleaned_data["of"]
        funds = self.scopes[wanted].funds if wanted else Fund.objects.all()
        return sums.open_promises(funds, self.cleaned_data["on"] or posting.day_of(clock.now()))


class TransactionFilter(DaysFilter):
    """Which entries of the books; a transaction is listed with those of its entries that fit."""

    of = forms.ChoiceField(
        label=_("Funds"), required=False, error_messages={"invalid_choice": _("There is no such fund.")}
    )
    account = forms.ChoiceField(
        label=_("Account"), required=False, error_messages={"invalid_choice": _("There is no such account.")}
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All")), *Kind.choices],
        required=False,
        error_messages={"invalid_choice": _("There is no such kind of booking.")},
    )
    restricted = forms.ChoiceField(
        label=_("Donor restrictions"),
        choices=[("", _("All")), ("yes", _("with")), ("no", _("without"))],
        required=False,
        error_messages={"invalid_choice": _("Choose with or without.")},
    )
    words = forms.CharField(label=_("Reference or memo"), required=False, max_length=120)
    field_order = ["of", "account", "since", "until", "kind", "restricted", "words"]

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.scopes = {scope.key: scope for scope in scopes()}
        self._choose("of", [(key, scope_name(scope)) for key, scope in self.scopes.items()])
        self._choose("account", [(MONEY, _("Money: Stripe balance and bank account")), *Account.choices])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("All")), *choices]

    def _wanted(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_valid() else None

    def _of_entries(self) -> Q:
        found = Q()
        if self._wanted("of"):
            found &= Q(fund__in=self.scopes[self._wanted("of")].funds)
        if self._wanted("account"):
            wanted = self._wanted("account")
            found &= Q(account__in=ASSETS) if wanted == MONEY else Q(account=wanted)
        if self._wanted("restricted"):
            found &= Q(fund__is_restricted=self._wanted("restricted") == "yes")
        return found

    def _of_transactions(self, prefix: str = "") -> Q:
        found = Q()
        if self._wanted("since"):
            found &= Q(**{f"{prefix}booked_on__gte": self._wanted("since")})
        if self._wanted("until"):
            found &= Q(**{f"{prefix}booked_on__lte": self._wanted("until")})
        if self._wanted("kind"):
            found &= Q(**{f"{prefix}kind": self._wanted("kind")})
        if self._wanted("words"):
            typed = self._wanted("words")
            found &= Q(**{f"{prefix}reference__icontains": typed}) | Q(**{f"{prefix}memo__icontains": typed})
        return found

    def entries(self) -> QuerySet[Entry]:
        return Entry.objects.filter(self._of_entries() & self._of_transactions("transaction__"))

    def transactions(self) -> QuerySet[Transaction]:
        """Return those of which an entry fits."""
        found = Transaction.objects.filter(self._of_transactions())
        wanted = self._of_entries()
        return found.filter(Exists(Entry.objects.filter(wanted, transaction=OuterRef("pk")))) if wanted else found

    def fitting(self) -> QuerySet[Entry]:
        """Return the entries that fit, of whichever transaction."""
        return Entry.objects.filter(self._of_entries())

    def together(self) -> list[dict[str, Any]]:
        """Return what the entries come to, in each currency: debits and credits, both positive minor units."""
        rows = (
            self.entries()
            .values("currency")
            .annotate(
                debit=Coalesce(Sum("amount_minor", filter=Q(amount_minor__gt=0)), 0),
                credit=Coalesce(Sum(-F("amount_minor"), filter=Q(amount_minor__lt=0)), 0),
            )
            .order_by("currency")
        )
        return [dict(row) for row in rows]
