"""How giving goes, on the first page of the desk: what needs somebody first, then this month."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from core import clock
from donations import refunds, totals, trends
from donations.models import Dispute, FraudWarning, HeldPayment, Subscription, WallEntry
from stripe_gateway.models import StripeEvent


@dataclass(frozen=True)
class Problem:
    """So many rows that need somebody, and where they are."""

    label: str
    count: int
    url: str


def problems() -> list[Problem]:
    """Return what needs somebody; nothing, if nothing does."""
    held = HeldPayment.objects.filter(closed_at=None).count()
    failed = StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count()
    disputes = Dispute.objects.open().count()
    waiting = FraudWarning.objects.filter(is_actionable=True, left_at=None).select_related("payment")
    warnings = sum(1 for warning in waiting if refunds.left_minor(warning.payment))
    failing = Subscription.objects.failing().count()
    to_read = WallEntry.objects.waiting().count()
    from_stripe, recurring = reverse("donations_stripe"), reverse("donations_recurring")
    found = [
        Problem(ngettext("payment is held", "payments are held", held), held, f"{from_stripe}#held"),
        Problem(
            ngettext("event from Stripe failed", "events from Stripe failed", failed), failed, f"{from_stripe}#failed"
        ),
        Problem(
            ngettext("dispute is to be answered", "disputes are to be answered", disputes),
            disputes,
            f"{reverse('donations_disputes')}#open",
        ),
        Problem(
            ngettext("early fraud warning", "early fraud warnings", warnings),
            warnings,
            f"{reverse('donations_warnings')}#waiting",
        ),
        Problem(
            ngettext("recurring gift whose last payment failed", "recurring gifts whose last payment failed", failing),
            failing,
            f"{recurring}?state=failing",
        ),
        Problem(
            ngettext("name or message is to be read", "names and messages are to be read", to_read),
            to_read,
            reverse("donations_wall"),
        ),
    ]
    return [problem for problem in found if problem.count]


class GiftsPanel(Component):
    """What is wrong, the gifts of this month by fund, the monthly gifts that run."""

    name = "gifts"
    order = 120
    template_name = "donations/desk/panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        since = totals.month_start(clock.now())
        return {
            "problems": problems(),
            "since": since.date(),
            "by_fund": totals.by_fund(since),
            "recurring": trends.by_interval(Subscription.objects.active()),
        }
