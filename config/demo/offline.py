"""What came by cheque, cash and bank transfer in the demonstration, and who has read the words for the wall."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from moneyed import Money

from donations import offline
from donations.models import Method, WallEntry
from ledger.models import Fund
from organisation.models import Organisation, User

_GIFTS = [
    (140, Method.CHEQUE, 500, "general", "Nell Narrows", "3 Example Quay\nPortland, ME 04101", "No. 1204"),
    (75, Method.CASH, 86, "aid", "Collected at the open forum", "", ""),
    (40, Method.BANK, 1000, "aid", "Example Workers' Choir", "", "TRANSFER 77-1"),
    (12, Method.CHEQUE, 45, "general", "Otis Oakum", "9 Example Lane\nBath, ME 04530", "No. 310"),
]


def build(*, by: User, at: datetime) -> None:
    """Enter the gifts, receipt the first, and let the words of all but the newest supporter be shown."""
    today = at.astimezone(ZoneInfo(Organisation.current().time_zone)).date()
    for number, gift in enumerate(_GIFTS):
        payment = offline.record(entered=_entered(gift, today=today), by=by, at=at)
        if number == 0:
            offline.issue_receipt(payment=payment, by=by, at=at)
    newest = WallEntry.objects.waiting().order_by("-pk").values_list("pk", flat=True)[:1]
    read = WallEntry.objects.waiting().exclude(pk__in=list(newest))
    read.update(state=WallEntry.State.SHOWN, decided_by=by, decided_at=at)


def _entered(gift: tuple[int, Method, int, str, str, str, str], *, today: date) -> offline.Entered:
    days_ago, method, amount, fund, name, address, reference = gift
    return offline.Entered(
        method=method,
        amount=Money(amount, "USD"),
        received_on=today - timedelta(days=days_ago),
        fund=Fund.objects.get(slug=fund),
        name=name,
        address=address,
        bank_reference=reference,
    )
