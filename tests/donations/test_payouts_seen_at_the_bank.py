"""A payout's screen says when its money was seen at the bank."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations.models import Payout
from ledger import posting, reconciling, taking_in
from ledger.bank_file import Row
from ledger.models import Account, Fund, Kind
from ledger.posting import Line
from organisation.models import User

pytestmark = pytest.mark.usefixtures("liferaft")
MADE = datetime(2026, 3, 3, 17, tzinfo=UTC)


@pytest.fixture
def payout(general_fund: Fund) -> Payout:
    money = Money(80, "USD")
    booked = posting.post(
        kind=Kind.PAYOUT,
        reference="stripe:txn_80",
        lines=[Line(Account.STRIPE, general_fund, -money), Line(Account.BANK, general_fund, money)],
        occurred_at=MADE,
        at=MADE,
    )
    return Payout.objects.create(
        stripe_id="po_80",
        state=Payout.State.PAID,
        amount_minor=8000,
        currency="USD",
        is_automatic=True,
        made_at=MADE,
        arrives_at=MADE,
        ledger_transaction=booked,
    )


def test_payout_says_when_the_bank_saw_it(client: Client, tess: User, payout: Payout, now: datetime) -> None:
    client.force_login(tess)
    before = client.get(reverse("donations_payout", args=["po_80"])).content.decode()
    rows = [Row(2, date(2026, 3, 5), 8000, "STRIPE")]
    statement = taking_in.take_in(file_name="a.csv", content=b"a", currency="USD", rows=rows, by=tess, at=now)

    reconciling.accept_suggested(by=tess, at=now)

    seen = f'<a href="{reverse("ledger_bank_line", args=[statement.lines.get().pk])}">March 5, 2026</a>'
    assert "not yet" in before
    assert seen in client.get(reverse("donations_payout", args=["po_80"])).content.decode()
    assert "seen there" in client.get(reverse("donations_payouts")).content.decode()
