"""What did not come by Stripe is never asked back from it."""

from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations import offline
from donations.models import Method, Refund
from ledger.models import Fund
from organisation.models import LegalEntity, User
from tests.conftest import NOON


def test_cheque_does_not_go_back_by_stripe(legal_entity: LegalEntity, aid_fund: Fund, fay: User) -> None:
    entered = offline.Entered(Method.CHEQUE, Money(50, "USD"), NOON.date(), aid_fund, name="Ann Example")
    cheque = offline.record(entered=entered, by=fay, at=NOON)
    desk = Client()
    desk.force_login(fay)

    answer = desk.post(reverse("donations_gift", args=[cheque.reference]), {"amount": "10", "reason": "asked"})

    assert answer.status_code == 403
    assert not Refund.objects.exists()
