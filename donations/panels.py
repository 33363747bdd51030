"""How giving goes, on the first page of the desk: what needs somebody first, then this month."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext
from wagtail.admin.ui.components import Component

from core import clock
from donations import totals
from donations.models import HeldPayment, Subscription
from stripe_gateway.models import StripeEvent


@dataclass(frozen=True)
class Problem:
    """So many rows that need somebody, and where they are."""

    label: str
    count: int
    url: str


def problems() -> list[Problem]:
    """Return what is wrong; nothing, if nothing is."""
    held = HeldPayment.objects.filter(closed_at=None).count()
    failed = StripeEvent.objects.filter(state=StripeEvent.State.FAILED).count()
    failing = Subscription.objects.failing().count()
    from_stripe, monthly = reverse("donations_stripe"), reverse("donations_monthly")
    found = [
        Problem(ngettext("payment is held", "payments are held", held), held, f"{from_stripe}#held"),
        Problem(
            ngettext("event from Stripe failed", "events from Stripe failed", failed), failed, f"{from_stripe}#failed"
        ),
        Problem(
            ngettext("monthly gift whose last payment failed", "monthly gifts whose last payment failed", failing),
            failing,
            f"{monthly}?state=failing",
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
            "monthly": totals.together(Subscription.objects.active()),
        }
