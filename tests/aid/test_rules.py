"""Policies are rows: a new version by a form, told in sentences; what is in review keeps the version it began with."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from aid import policy as policies
from aid import reviewing, ruling, transitions
from aid.models import AidRequest, Policy, PolicyBand
from aid.ruling import Band, Rules
from aid.statuses import Status
from ledger.models import Fund
from organisation.models import AuditEvent, User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]
TYPED = {
    "seen": "1",
    "max_per_request": "800",
    "cap": "1,200",
    "cap_days": "90",
    "fast_lane": "150",
    "up_to_1": "400",
    "approvals_1": "2",
    "up_to_2": "",
    "approvals_2": "3",
    "up_to_3": "",
    "approvals_3": "",
    "separation": "person",
    "answer_days": "5",
    "info_days": "21",
}
DEFAULT = [
    "At most $1,000 for one request.",
    "At most $1,500 for one person within 180 days, over all their cases.",
    "A first grant of up to $200 needs one approval.",
    "Every other grant needs 2 approvals.",
    "Workers are promised an answer within 7 days.",
]
NEW = [
    "At most $800 for one request.",
    "At most $1,200 for one person within 90 days, over all their cases.",
    "A first grant of up to $150 needs one approval.",
    "Up to $400, a grant needs 2 approvals.",
    "Every other grant needs 3 approvals.",
    "nobody approves twice for the same worker within the period",
    "Workers are promised an answer within 5 days.",
    "A worker has 21 days to answer a question",
]


@pytest.fixture(autouse=True)
def _enough_approvers(person: Callable[..., User]) -> None:
    """Nobody can ask for more approvals than there are people who give them."""
    for name in ("amy", "ava", "abe", "ann", "abi", "amos"):
        person(name, "approver")


@pytest.fixture
def desk(client: Client, stella: User) -> Client:
    client.force_login(stella)
    return client


def send(desk: Client, fund: Fund, **other: str) -> tuple[int, str]:
    answer = desk.post(reverse("aid_rules_change", args=[fund.slug]), TYPED | other, follow=True)
    return answer.status_code, " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_fund_starts_with_rules_that_are_told_in_sentences(aid_fund: Fund, desk: Client) -> None:
    shown = desk.get(reverse("aid_rules")).content.decode()

    for sentence in DEFAULT:
        assert sentence in shown


def test_new_rules_are_a_new_version_and_the_old_one_stays_to_be_read(
    full_fund: Fund, reach: Reach, desk: Client, stella: User
) -> None:
    reach(Status.IN_REVIEW)

    status, shown = send(desk, full_fund)

    assert status == 200
    for sentence in [*NEW, *DEFAULT]:
        assert sentence in shown
    assert list(Policy.objects.order_by("version").values_list("version", "made_by__username")) == [
        (1, None),
        (2, "stella"),
    ]
    assert AuditEvent.objects.filter(action="aid.policy_changed", actor_id=stella.pk).count() == 1


def test_what_is_in_review_keeps_the_rules_with_which_it_began(
    full_fund: Fund, reach: Reach, desk: Client, cora: User, now: datetime
) -> None:
    before, waiting = reach(Status.IN_REVIEW), reach(Status.RECEIVED)

    send(desk, full_fund)
    after = reviewing.take(request_id=waiting.pk, by=cora, seen=waiting.version, at=now)

    before.refresh_from_db()
    assert before.policy
    assert after.policy
    assert (before.policy.version, after.policy.version) == (1, 2)
    assert policies.approvals_needed(before, Money(180, "USD"), at=now) == 1
    assert policies.approvals_needed(after, Money(180, "USD"), at=now) == 2
    assert policies.approvals_needed(after, Money(500, "USD"), at=now) == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cap": "700"}, "nobody could ever have that"),
        ({"fast_lane": "900"}, "This is more than the most for one request ($800)."),
        ({"max_per_request": ""}, "Please type an amount"),
        ({"max_per_request": "-5"}, "above zero"),
        ({"max_per_request": "99999999999999999999"}, "Please type"),
        ({"cap_days": "0"}, "At least one day."),
        ({"cap_days": "99999999999"}, "At most 3650 days."),
        ({"answer_days": "soon"}, "Please type a number of days"),
        ({"info_days": "70000"}, "At most 365 days."),
        ({"approvals_1": ""}, "How many approvals do these need?"),
        ({"approvals_1": "1"}, "At least two: only the fast lane needs one."),
        ({"approvals_2": "40000"}, "At most 9."),
        ({"approvals_2": "7"}, "Fewer people are approvers than this."),
        ({"up_to_2": "400"}, "do not fit"),
        ({"up_to_1": "", "approvals_1": "2"}, "do not fit"),
        ({"approvals_1": "4"}, "do not fit"),
        ({"up_to_2": "600", "approvals_2": "3"}, "do not fit"),
        ({"separation": "none"}, "not one of the available choices"),
        ({"seen": ""}, ""),
    ],
)
def test_rules_that_do_not_fit_are_told_and_change_nothing(
    full_fund: Fund, desk: Client, typed: dict[str, str], said: str
) -> None:
    status, shown = send(desk, full_fund, **typed)

    assert status == 422
    assert said in shown
    assert not Policy.objects.exists()


def test_a_second_click_makes_no_second_version(full_fund: Fund, desk: Client) -> None:
    send(desk, full_fund)
    status, _shown = send(desk, full_fund)

    assert status == 200
    assert [one.version for one in Policy.objects.all()] == [2]
    assert PolicyBand.objects.count() == 2


def test_two_who_change_at_once_see_each_other(full_fund: Fund, desk: Client) -> None:
    send(desk, full_fund)
    status, shown = send(desk, full_fund, max_per_request="600")
    third, _shown = send(desk, full_fund, max_per_request="600", seen="2")

    assert (status, third) == (409, 200)
    assert "Somebody changed the rules while you were typing." in shown
    assert [one.version for one in Policy.objects.order_by("version")] == [2, 3]


def test_without_a_fast_lane_nothing_goes_with_one_approval(
    full_fund: Fund, desk: Client, reach: Reach, now: datetime
) -> None:
    _status, shown = send(desk, full_fund, fast_lane="")

    assert "No grant goes with one approval." in shown
    assert policies.approvals_needed(reach(Status.IN_REVIEW), Money(5, "USD"), at=now) == 2


def test_the_administrator_changes_rules_and_sees_no_case(
    full_fund: Fund, reach: Reach, client: Client, adam: User
) -> None:
    request = reach(Status.IN_REVIEW)
    client.force_login(adam)

    status, _shown = send(client, full_fund)

    assert status == 200
    assert client.get(reverse("aid_case", args=[request.pk])).status_code == 403


def test_caseworkers_read_the_rules_and_do_not_change_them(
    full_fund: Fund, client: Client, carl: User, now: datetime
) -> None:
    client.force_login(carl)

    assert DEFAULT[0] in client.get(reverse("aid_rules")).content.decode()
    assert send(client, full_fund)[0] == 403
    with pytest.raises(transitions.NotAllowed):
        ruling.change(fund=full_fund, rules=ruling.rules_of(policies.in_force(full_fund)), by=carl, at=now)


def test_two_bands_for_one_amount_are_refused_before_the_database_does(
    full_fund: Fund, stella: User, now: datetime
) -> None:
    rules = Rules(
        max_per_request=Money(500, "USD"),
        cap=Money(500, "USD"),
        cap_days=30,
        fast_lane=Money(0, "USD"),
        separation=Policy.Separation.REQUEST,
        answer_days=7,
        info_days=7,
        bands=(Band(Money(100, "USD"), 2), Band(Money(100, "USD"), 2)),
    )

    with pytest.raises(ruling.BandsDoNotFit):
        ruling.change(fund=full_fund, rules=rules, by=stella, at=now)
