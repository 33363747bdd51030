"""How far a campaign has come: from the books, never a number of its own."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from moneyed import Money

from cms import page_versions
from core import shown
from core.money import format_money
from donations import totals
from ledger.models import Fund


@dataclass(frozen=True)
class Progress:
    """What was received towards a goal. ``goal`` is none where none is set; ``people`` is how many gave."""

    raised: Money
    goal: Money | None
    is_monthly: bool
    people: int

    def words(self, language: str) -> str:
        """Say it in a sentence: “$3,120 of $5,000 this month, from 141 people”."""
        parts = {
            "raised": format_money(self.raised, language, short=True),
            "goal": format_money(self.goal, language, short=True) if self.goal is not None else "",
        }
        if self.goal is None:
            sum_so_far = _("%(raised)s this month") if self.is_monthly else _("%(raised)s so far")
        else:
            sum_so_far = _("%(raised)s of %(goal)s this month") if self.is_monthly else _("%(raised)s of %(goal)s")
        if not self.people:
            return sum_so_far % parts
        givers = ngettext("from %(count)d person", "from %(count)d people", self.people) % {"count": self.people}
        return f"{sum_so_far % parts}, {givers}"


def start_of_month(at: datetime, zone: str) -> datetime:
    """Return when the month of ``at`` began where the organisation is."""
    return at.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def start_of_day(day: date, zone: str) -> datetime:
    """Return when the day began where the organisation is."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def of(*, fund: Fund, goal: Money | None, since: datetime | None, is_monthly: bool, at: datetime) -> Progress:
    """Return what the fund received from ``since`` (none: ever) until ``at``, gifts less refunds, before fees."""
    shown.note(page_versions.fund(fund.pk))
    received = totals.between(fund, since, at)
    return Progress(raised=received.amount, goal=goal, is_monthly=is_monthly, people=received.people)
