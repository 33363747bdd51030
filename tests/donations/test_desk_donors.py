"""Donors at the desk: each once, with everything in time order; those who are one person are merged, and parted again."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from donations import recurring_letters
from donations.models import Donor, Payment, Receipt, Refund, Subscription, SubscriptionChange
from ledger.models import Fund
from mail import outbox
from organisation.models import AuditEvent, LegalEntity, User
from tests.donations.desk_stage import FEBRUARY, NOW, begin, donor, fail, give, page, renew, rows

pytestmark = pytest.mark.usefixtures("legal_entity")


@pytest.fixture
def desk(fay: User) -> Client:
    browser = Client()
    browser.force_login(fay)
    return browser


@pytest.fixture
def ann_twice(legal_entity: LegalEntity, aid_fund: Fund) -> tuple[Donor, Donor]:
    """Ann gave under two addresses."""
    give(1, fund=aid_fund, amount=Money(90, "USD"), at=FEBRUARY, email="ann@mail.example", name="Ann Example")
    give(2, fund=aid_fund, amount=Money(25, "USD"), at=NOW, email="ann@work.example", name="ann  EXAMPLE")
    first, second = Donor.objects.order_by("pk")
    return first, second


def test_list_has_each_donor_once_with_what_they_gave(
    desk: Client, ann_twice: tuple[Donor, Donor], aid_fund: Fund
) -> None:
    give(3, fund=aid_fund, amount=Money(5, "EUR"), at=NOW, email="ann@mail.example")

    listed = page(desk, reverse("donations_donors"))

    assert rows(listed) == 2
    assert "$90.00, €5.00" in listed
    assert f'?donor={ann_twice[0].reference}">2</a>' in listed


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "work.example"}, {"ann@work.example"}),
        ({"q": "harbour lane"}, {"olga@mail.example"}),
        ({"gives": "again"}, {"ben@mail.example"}),
        ({"gives": "stopped"}, {"cat@mail.example"}),
        ({"gives": "once"}, {"ann@mail.example", "ann@work.example", "olga@mail.example"}),
        ({"gave_until": "2026-02-28"}, {"ann@mail.example"}),
        ({"new_since": "2026-03-01", "q": "ann"}, {"ann@work.example"}),
    ],
)
@pytest.mark.usefixtures("ann_twice")
def test_donors_are_narrowed(asked: dict[str, str], found: set[str], desk: Client, aid_fund: Fund) -> None:
    begin(1, fund=aid_fund, email="ben@mail.example")
    begin(2, fund=aid_fund, email="cat@mail.example", state="canceled", ended_at=NOW)
    donor("Olga", "olga@mail.example", address="5 Harbour Lane")

    listed = page(desk, reverse("donations_donors"), **asked)

    assert set(re.findall(r"[a-z]+@[a-z]+\.example", listed[listed.index("<tbody>") :])) == found


def test_donors_page_has_everything_in_time_order(desk: Client, aid_fund: Fund, fay: User) -> None:
    monthly = begin(1, fund=aid_fund, dollars=12, at=FEBRUARY)
    payment = renew(1, monthly, at=FEBRUARY + timedelta(hours=1))
    Refund.objects.create(
        payment=payment,
        state="requested",
        amount_minor=200,
        currency="USD",
        reason="asked",
        asked_by=fay,
        asked_at=FEBRUARY + timedelta(hours=3),
    )
    SubscriptionChange.objects.create(
        subscription=monthly, kind="stop", asked_at=FEBRUARY + timedelta(hours=4), heard_at=NOW
    )
    fail(monthly, invoice="in_9", at=FEBRUARY + timedelta(hours=5))
    number = Receipt.objects.get().number
    outbox.queue_ready(
        key=f"receipt:{number}", to="a@b.example", subject="s", text="t", at=FEBRUARY + timedelta(hours=6)
    )

    shown = page(desk, reverse("donations_donor", args=[monthly.donor.reference]))

    moments = [
        what.strip()
        for what in re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', shown[shown.index('id="moments"') :])
    ]
    assert moments == [
        "Letter with the receipt",
        "Payment failed",
        "Change wanted",
        "Refund",
        *sorted(["Gift", "Receipt"], key=moments.index),
        "Recurring gift began",
    ]
    assert f'href="{reverse("donations_gift", args=[payment.reference])}"' in shown
    assert "1 gift, $12.00" in shown


def test_letters_about_a_donor_are_named_and_nobody_elses(desk: Client, aid_fund: Fund) -> None:
    monthly = begin(1, fund=aid_fund, at=FEBRUARY)
    begin(2, fund=aid_fund, email="ben@mail.example")
    fail(monthly, invoice="in_9")
    for key in [
        "payment-failed:in_9:funds",
        "last-notice:in_9",
        f"giving-link:{monthly.donor.reference}:1",
        "subscription-ended:sub_2",
        "payment-failed:in_99:funds",
    ]:
        outbox.queue_ready(key=key, to="a@b.example", subject="secret subject", text="secret", at=NOW)

    shown = page(desk, reverse("donations_donor", args=[monthly.donor.reference]))

    for name in [
        "Letter about the failed payment",
        "Last notice before the end",
        "Link to their own page",
    ]:
        assert shown.count(name) == 1
    assert "Letter about the end" not in shown
    assert "secret" not in shown


def test_letters_about_a_recurring_gift_stand_with_its_donor(desk: Client, aid_fund: Fund) -> None:
    monthly = begin(1, fund=aid_fund, at=FEBRUARY)
    Subscription.objects.update(campaign="flood")
    monthly.refresh_from_db()
    change = SubscriptionChange.objects.create(subscription=monthly, kind="resume", asked_at=NOW, heard_at=NOW)
    twelve = Money(12, "USD")
    year = recurring_letters.LookBack(FEBRUARY.date(), NOW.date(), twelve, 1, None)
    campaign = recurring_letters.CampaignEnd(
        "flood", "Flood", NOW.date(), "It is over.", "http://localhost:8000/flood/"
    )
    recurring_letters.change_confirmed(change=change, at=NOW)
    recurring_letters.card_expires(subscription=monthly, at=NOW)
    recurring_letters.campaign_ended(subscription=monthly, campaign=campaign, at=NOW)
    recurring_letters.look_back(subscription=monthly, figures=year, at=NOW)

    shown = page(desk, reverse("donations_donor", args=[monthly.donor.reference]))

    for name in [
        "Letter about the change",
        "Letter about the card that expires",
        "Letter about the end of the campaign",
        "Yearly look back",
    ]:
        assert shown.count(name) == 1, name


def test_merged_donors_gifts_count_for_the_one_who_is_kept(desk: Client, ann_twice: tuple[Donor, Donor]) -> None:
    kept, merged = ann_twice
    booked = list(Payment.objects.order_by("pk").values_list("pk", "donor"))

    desk.post(reverse("donations_donor_merge", args=[kept.reference]), {"merged": merged.reference})

    listed = page(desk, reverse("donations_donors"))
    assert rows(listed) == 1
    assert "$115.00" in listed
    shown = page(desk, reverse("donations_donor", args=[kept.reference]))
    assert "2 gifts, $115.00 together" in shown
    assert "Another donor merged into this one" in shown
    # The later gift is the merged one's.
    assert rows(page(desk, reverse("donations_donors"), gave_since="2026-03-02")) == 1
    assert rows(page(desk, reverse("donations_gifts"), donor=kept.reference)) == 2
    assert rows(page(desk, reverse("donations_gifts"), q="ann@mail")) == 2
    assert list(Payment.objects.order_by("pk").values_list("pk", "donor")) == booked
    assert desk.get(reverse("donations_donor", args=[merged.reference]))["Location"] == reverse(
        "donations_donor", args=[kept.reference]
    )


def test_merging_is_written_down_and_undone(desk: Client, ann_twice: tuple[Donor, Donor], fay: User) -> None:
    kept, merged = ann_twice
    desk.post(reverse("donations_donor_merge", args=[kept.reference]), {"merged": merged.reference})

    desk.post(reverse("donations_donor_separate", args=[merged.reference]))

    merged.refresh_from_db()
    assert merged.merged_into is None
    events = AuditEvent.objects.filter(object_type="donations.Donor").order_by("position")
    assert list(events.values_list("actor_id", "action", "object_id", "reason")) == [
        (fay.pk, "donations.donor_merged", str(merged.pk), f"into:{kept.pk}"),
        (fay.pk, "donations.donor_separated", str(merged.pk), f"from:{kept.pk}"),
    ]
    assert rows(page(desk, reverse("donations_donors"))) == 2
    assert "Separated from this donor" in page(desk, reverse("donations_donor", args=[kept.reference]))
    assert "Merged into another donor" in page(desk, reverse("donations_donor", args=[merged.reference]))


def test_look_alikes_share_a_name_or_an_address_in_any_spelling(desk: Client, ann_twice: tuple[Donor, Donor]) -> None:
    donor("Ben One", "ben@mail.example", address="1 Pier Road\nPortland")
    donor("Benjamin One", "benjamin@mail.example", address="1 pier road  Portland")
    donor("Somebody Else", "else@mail.example")

    shown = page(desk, reverse("donations_look_alikes"))

    assert re.findall(r"<h2>([^<]+)</h2>", shown) == ["Ann Example", "1 Pier Road Portland"]
    assert "Somebody Else" not in shown


def test_look_alikes_that_are_ticked_are_merged(desk: Client, ann_twice: tuple[Donor, Donor]) -> None:
    kept, merged = ann_twice

    desk.post(reverse("donations_look_alikes"), {"kept": kept.reference, "merged": [kept.reference, merged.reference]})

    merged.refresh_from_db()
    assert merged.merged_into == kept
    assert "No two donors share" in page(desk, reverse("donations_look_alikes"))


def test_another_entry_of_a_person_is_found_by_name(desk: Client, ann_twice: tuple[Donor, Donor]) -> None:
    kept, merged = ann_twice
    Donor.objects.filter(pk=merged.pk).update(name="A. Example")

    shown = page(desk, reverse("donations_donor_merge", args=[kept.reference]), q="work.ex")

    assert f'name="merged" value="{merged.reference}"' in shown
    assert f'value="{kept.reference}"' not in shown


def test_donor_list_takes_the_same_few_queries_for_many_donors(
    desk: Client, aid_fund: Fund, django_assert_max_num_queries: Any
) -> None:
    for number in range(8):
        give(number, fund=aid_fund, amount=Money(5, "USD"), email=f"donor{number}@mail.example")

    with django_assert_max_num_queries(20):
        page(desk, reverse("donations_donors"))
