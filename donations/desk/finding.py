"""The filters of the desk's lists, each with its rows. The address of a number is a filter that is filled in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Aggregate, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core import clock
from donations import trends
from donations.desk.filters import ALL, Day, Filter, MoneyFilter, currencies, end_of, of_donor
from donations.models import (
    Checkout,
    Dispute,
    Donor,
    FailedRenewal,
    Method,
    Payment,
    Receipt,
    Refund,
    Subscription,
    WallEntry,
)
from donations.models.giving import DonorQuerySet, Interval
from donations.models.money import PaymentQuerySet
from donations.models.recurring import SubscriptionQuerySet
from donations.models.words import WallEntryQuerySet
from ledger.models import Fund

_AGAIN = [choice for choice in Interval.choices if choice[0] != Interval.ONCE]


class GiftFilter(MoneyFilter):
    """Gifts."""

    q = forms.CharField(label=_("Donor, receipt or reference"), required=False)
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To"), required=False)
    interval = forms.ChoiceField(label=_("Interval"), choices=[ALL, *Interval.choices], required=False)
    method = forms.ChoiceField(label=_("How it came"), choices=[ALL, *Method.choices], required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[ALL, ("whole", _("nothing went back")), ("refunded", _("with refunds")), ("disputed", _("disputed"))],
        required=False,
    )
    donor = forms.CharField(widget=forms.HiddenInput, required=False)
    # The currency of the books; "currency" is the donor's.
    booked_in = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ["q", "fund", "since", "until", "interval"]
    less_used = ("campaign", "method", "state", "currency", "least", "most")

    def found(self) -> PaymentQuerySet:
        gifts = Payment.objects.filter(self.between("occurred_at", "since", "until"))
        gifts = gifts.filter(self.money("given_minor", "given_currency"))
        for name, field in [("fund", "fund"), ("campaign", "campaign"), ("interval", "interval"), ("method", "method")]:
            if self.wanted(name):
                gifts = gifts.filter(**{field: self.wanted(name)})
        if self.wanted("booked_in"):
            gifts = gifts.filter(currency=self.wanted("booked_in"))
        if self.wanted("donor"):
            gifts = gifts.filter(
                Q(donor__reference=self.wanted("donor")) | Q(donor__merged_into__reference=self.wanted("donor"))
            )
        return self._searched(self._in_state(gifts))

    def _in_state(self, gifts: PaymentQuerySet) -> PaymentQuerySet:
        refunded = Exists(Refund.objects.filter(payment=OuterRef("pk")))
        disputed = Exists(Dispute.objects.filter(payment=OuterRef("pk")))
        states = {"refunded": refunded, "disputed": disputed, "whole": ~refunded & ~disputed}
        return gifts.filter(states[self.wanted("state")]) if self.wanted("state") else gifts

    def _searched(self, gifts: PaymentQuerySet) -> PaymentQuerySet:
        typed = (self.wanted("q") or "").strip()
        if not typed:
            return gifts
        return gifts.filter(
            of_donor("donor", typed)
            | Q(checkout__name__icontains=typed)
            | Q(pk__in=Receipt.objects.filter(number__iexact=typed).values("payment"))
            | Q(offline__bank_reference__iexact=typed)
            | Q(reference=typed)
            | Q(charge_id=typed)
            | Q(intent_id=typed)
            | Q(balance_transaction_id=typed)
        )


class RecurringFilter(MoneyFilter):
    """Gifts that come again."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ALL,
            ("active", _("running")),
            ("failing", _("last payment failed")),
            ("paused", _("paused")),
            ("stopping", _("donor asked to stop")),
            ("ended", _("ended")),
        ],
        required=False,
    )
    interval = forms.ChoiceField(label=_("Interval"), choices=[ALL, *_AGAIN], required=False)
    began_since = Day(label=_("Began from"), required=False)
    began_until = Day(label=_("Began to"), required=False)
    ended_since = Day(label=_("Ended from"), required=False)
    ended_until = Day(label=_("Ended to"), required=False)
    running_on = Day(label=_("Running on"), required=False)
    donor = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ["q", "state", "interval", "fund"]
    less_used = (
        "campaign",
        "currency",
        "least",
        "most",
        "began_since",
        "began_until",
        "ended_since",
        "ended_until",
        "running_on",
    )

    def found(self) -> SubscriptionQuerySet:
        gifts = self._in_state().filter(self.money("amount_minor", "currency"))
        for name in ("fund", "campaign", "interval"):
            if self.wanted(name):
                gifts = gifts.filter(**{name: self.wanted(name)})
        if self.wanted("donor"):
            gifts = gifts.filter(
                Q(donor__reference=self.wanted("donor")) | Q(donor__merged_into__reference=self.wanted("donor"))
            )
        gifts = self._in_time(gifts)
        typed = (self.wanted("q") or "").strip()
        return gifts.filter(of_donor("donor", typed)) if typed else gifts

    def _in_state(self) -> SubscriptionQuerySet:
        gifts = Subscription.objects.all()
        states: dict[str, Callable[[], SubscriptionQuerySet]] = {
            "active": gifts.active,
            "failing": gifts.failing,
            "paused": lambda: gifts.paused(clock.now()),
            "stopping": gifts.waiting_to_stop,
            "ended": gifts.ended,
        }
        return states[self.wanted("state")]() if self.wanted("state") else gifts

    def _in_time(self, gifts: SubscriptionQuerySet) -> SubscriptionQuerySet:
        began = self.between("started_at", "began_since", "began_until")
        ended = self.between("ended_at", "ended_since", "ended_until")
        if began or ended or self.wanted("running_on"):
            gifts = trends.in_earnest(gifts)
        if self.wanted("running_on"):
            gifts = gifts.filter(trends.running_at(end_of(self.wanted("running_on"))))
        return gifts.filter(began, ended)


class FailedFilter(Filter):
    """Payments of recurring gifts that failed."""

    q = forms.CharField(label=_("Name or e-mail address"), required=False)
    since = Day(label=_("From"), required=False)
    until = Day(label=_("To"), required=False)
    outcome = forms.ChoiceField(
        label=_("What became of it"),
        choices=[ALL, ("rescued", _("paid after all")), ("open", _("not paid yet")), ("lost", _("the gift ended"))],
        required=False,
    )
    fund = forms.ModelChoiceField(
        label=_("Fund"), queryset=Fund.objects.order_by("pk"), required=False, empty_label=_("All")
    )

    def found(self) -> QuerySet[FailedRenewal]:
        failures = trends.first_failures().filter(self.between("noted_at", "since", "until"))
        if self.wanted("fund"):
            failures = failures.filter(subscription__fund=self.wanted("fund"))
        rescued, has_ended = trends.paid_after_all(), Q(subscription__state__in=Subscription.ENDED)
        outcomes = {"rescued": Q(rescued), "lost": ~Q(rescued) & has_ended, "open": ~Q(rescued) & ~has_ended}
        if self.wanted("outcome"):
            failures = failures.filter(outcomes[self.wanted("outcome")])
        typed = (self.wanted("q") or "").strip()
        return failures.filter(of_donor("subscription__donor", typed)) if typed else failures


def with_sums(donors: DonorQuerySet) -> QuerySet[Any]:
    """Add to each donor what they gave, in each currency, how often and when last, and what runs; merged ones too."""
    gifts = Payment.objects.filter(donor__in=_rows_of_person()).order_by()
    sums = {
        f"given_{code.lower()}": _one(gifts.of_money().filter(given_currency=code), Sum("given_minor"))
        for code in currencies()
    }
    running = Subscription.objects.running().filter(donor__in=_rows_of_person()).order_by()
    return donors.annotate(
        gifts=Coalesce(_one(gifts, Count("pk")), 0),
        last_gift_at=_one(gifts, Max("occurred_at")),
        running=Coalesce(_one(running, Count("pk")), 0),
        **sums,
    )


def _rows_of_person() -> DonorQuerySet:
    """The donor of the outer query and those merged into it: in this form the database finds them by their keys."""
    outer = OuterRef(OuterRef("pk"))
    return Donor.objects.filter(Q(pk=outer) | Q(merged_into=outer))


def _one(rows: QuerySet[Any], number: Aggregate) -> Subquery:
    return Subquery(rows.annotate(one=Value(1)).values("one").annotate(number=number).values("number"))


class DonorFilter(Filter):
    """Donors, everybody once."""

    q = forms.CharField(label=_("Name or address"), required=False)
    gives = forms.ChoiceField(
        label=_("Gives"),
        choices=[
            ALL,
            ("again", _("again and again")),
            ("stopped", _("not again any more")),
            ("once", _("single gifts only")),
        ],
        required=False,
    )
    gave_since = Day(label=_("Gave from"), required=False)
    gave_until = Day(label=_("Gave to"), required=False)
    fund = forms.ModelChoiceField(
        label=_("To the fund"), queryset=Fund.objects.order_by("pk"), required=False, empty_label=_("All")
    )
    new_since = Day(label=_("Known from"), required=False)
    new_until = Day(label=_("Known to"), required=False)

    less_used = ("new_since", "new_until")

    def found(self) -> DonorQuerySet:
        donors = Donor.objects.people().filter(self.between("since", "new_since", "new_until"))
        gifts = Payment.objects.filter(self.between("occurred_at", "gave_since", "gave_until"))
        if self.wanted("fund"):
            gifts = gifts.filter(fund=self.wanted("fund"))
        if self.wanted("fund") or self.wanted("gave_since") or self.wanted("gave_until"):
            donors = donors.filter(_stands_behind(gifts))
        recurring = Subscription.objects.all()
        runs = _stands_behind(recurring.running())
        kinds = {
            "again": runs,
            "stopped": _stands_behind(recurring.ended()) & ~runs,
            "once": ~_stands_behind(recurring),
        }
        if self.wanted("gives"):
            donors = donors.filter(kinds[self.wanted("gives")])
        typed = (self.wanted("q") or "").strip()
        return donors.filter(_is_called(typed)) if typed else donors


def _stands_behind(rows: QuerySet[Any]) -> Q:
    """The people of gifts or recurring gifts; not by a question for each donor, which took minutes for thousands."""
    return Q(pk__in=rows.order_by().values(person=Coalesce("donor__merged_into", "donor")))


def _is_called(typed: str) -> Q:
    here = Q(name__icontains=typed) | Q(email__icontains=typed) | Q(address__icontains=typed)
    merged = Donor.objects.filter(here, merged_into__isnull=False)
    return here | Q(pk__in=merged.values("merged_into"))


class NameFilter(Filter):
    """Donors by name."""

    q = forms.CharField(label=_("Name or address"))

    def found(self) -> DonorQuerySet:
        return Donor.objects.people().filter(_is_called((self.wanted("q") or "").strip()))


class WallFilter(Filter):
    """Names and messages for the thank-you wall."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("to be read")), ("shown", _("shown")), ("hidden", _("not shown"))],
        required=False,
    )

    def found(self) -> WallEntryQuerySet:
        state = self.wanted("state") or WallEntry.State.WAITING
        return WallEntry.objects.filter(state=state, checkout__state=Checkout.State.PAID)
