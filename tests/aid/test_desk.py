"""At the desk: each role sees and does what it must and nothing more; identity opens only with a reason."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from moneyed import Money

from aid import reviewing, transitions
from aid.models import AidRequest, DisbursementAttempt, Reveal
from aid.reasons import CheckPoint
from aid.statuses import Status
from ledger import balances
from ledger.models import Fund
from organisation.models import AuditEvent, Organisation, User
from tests.aid import test_worker_applies as worker

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]

ROLES = ["caseworker", "approver", "treasurer", "steward", "administrator", "editor", "fundraiser", None]
EVERY_STATUS = [s for s in Status if s != Status.DRAFT]
# Which statuses each role works with; what is not here does not exist for it.
SEES: dict[str | None, set[Status]] = {
    "caseworker": set(EVERY_STATUS),
    "steward": set(EVERY_STATUS),
    "approver": {
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.PARTLY_APPROVED,
        Status.APPROVED,
        Status.DECLINED,
        Status.DECLINED_FINALLY,
        Status.PAID,
        Status.CONFIRMED,
    },
    "treasurer": {Status.APPROVED, Status.PAID, Status.CONFIRMED},
}
# Which buttons each role may press at all.
PRESSES: dict[str | None, set[str]] = {
    "caseworker": {"take", "recommend-grant", "recommend-decline", "open"},
    "approver": {"approve", "decline", "send-back"},
    "treasurer": {"paid", "open"},
    "steward": {"open"},
}
BUTTONS = ["take", "recommend-grant", "recommend-decline", "approve", "decline", "send-back", "paid", "open"]


@pytest.fixture
def sign_in(person: Callable[..., User]) -> Callable[..., Client]:
    """Sign somebody in at the desk: a person, or anybody with this role."""

    def enter_desk(who: User | str | None) -> Client:
        browser = Client()
        browser.force_login(who if isinstance(who, User) else person(f"pat{who}", *([who] if who else [])))
        return browser

    return enter_desk


def press(browser: Client, request: AidRequest, button: str, **answers: Any) -> Any:
    answers = {"seen": request.version, "checked": CheckPoint.values} | answers
    return browser.post(f"{url(request)}{button}/", answers)


def url(request: AidRequest) -> str:
    return reverse("aid_case", args=[request.pk])


@pytest.mark.parametrize("role", ROLES)
def test_role_sees_only_the_cases_it_works_with(role: str | None, reach: Reach, sign_in: Callable[..., Client]) -> None:
    browser = sign_in(role)
    requests = [reach(status, amount=10) for status in Status]

    assert browser.get(reverse("aid_cases")).status_code == (200 if role in SEES else 403)
    for request in requests:
        expected = 403 if role not in SEES else 200 if request.status in SEES[role] else 404
        assert browser.get(url(request)).status_code == expected, request.status


@pytest.mark.parametrize("role", ROLES)
def test_role_presses_only_its_buttons(role: str | None, reach: Reach, sign_in: Callable[..., Client]) -> None:
    browser = sign_in(role)
    request = reach(Status.APPROVED)

    for button in BUTTONS:
        is_refused = press(browser, request, button).status_code == 403
        assert is_refused == (button not in PRESSES.get(role, set())), button


def test_visitor_is_sent_to_the_sign_in(reach: Reach, client: Client) -> None:
    request = reach(Status.RECEIVED)

    for path in (reverse("aid_cases"), url(request)):
        assert "login" in client.get(path)["Location"]


def test_three_people_carry_a_request_from_queue_to_payment(
    reach: Reach, sign_in: Callable[..., Client], carl: User, ada: User, tess: User, full_fund: Fund
) -> None:
    request = reach(Status.RECEIVED, amount=120)
    assert request.case.short in sign_in(carl).get(reverse("aid_cases")).content.decode()

    for who, button, answers in [
        (carl, "take", {}),
        (carl, "recommend-grant", {"amount": "80", "note": "enough for the rent"}),
        (ada, "approve", {}),
        (tess, "paid", {"method": "paypal", "provider_reference": "PP-77", "on": "2026-03-10"}),
    ]:
        request.refresh_from_db()
        response = press(sign_in(who), request, button, **answers)
        assert response.status_code == 302, response.content.decode()

    request.refresh_from_db()
    assert request.status == Status.PAID
    assert balances.of(full_fund).posted == Money(420, "USD")


def test_reviewer_with_every_role_is_told_that_others_decide(
    reach: Reach, sign_in: Callable[..., Client], person: Callable[..., User]
) -> None:
    max_of_all = person("max", "caseworker", "approver", "treasurer")
    browser = sign_in(max_of_all)
    request = reach(Status.IN_REVIEW)
    press(browser, request, "recommend-grant", amount="50", note="")
    request.refresh_from_db()

    assert "are for two other people" in browser.get(url(request)).content.decode()
    response = press(browser, request, "approve")

    assert response.status_code == 409
    assert "for three people" in response.content.decode()


def test_approval_above_the_fund_is_refused_with_what_is_there(
    reach: Reach, sign_in: Callable[..., Client], ada: User
) -> None:
    reach(Status.APPROVED, amount=450)
    request = reach(Status.RECOMMENDED_GRANT, amount=60)

    response = press(sign_in(ada), request, "approve")

    assert response.status_code == 409
    assert "$50.00 available" in response.content.decode()


def test_typed_note_survives_a_step_that_came_too_late(
    reach: Reach, sign_in: Callable[..., Client], carl: User
) -> None:
    request = reach(Status.IN_REVIEW)

    response = press(sign_in(carl), request, "recommend-grant", amount="50", note="typed with care", seen=1)

    body = response.content.decode()
    assert response.status_code == 409
    assert "typed with care" in body
    assert f'name="seen" value="{request.version}"' in body


def test_wrong_amount_gets_a_sentence_and_is_kept(reach: Reach, sign_in: Callable[..., Client], carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    body = press(sign_in(carl), request, "recommend-grant", amount="much", note="").content.decode()

    assert "Please type the amount in digits" in body
    assert 'value="much"' in body


def test_second_click_on_paid_books_nothing(
    reach: Reach, sign_in: Callable[..., Client], tess: User, full_fund: Fund
) -> None:
    request = reach(Status.APPROVED)
    browser = sign_in(tess)
    answers = {"method": "paypal", "provider_reference": "PP-77", "on": "2026-03-10"}
    press(browser, request, "paid", **answers)

    assert press(browser, request, "paid", **answers).status_code == 409
    assert DisbursementAttempt.objects.count() == 1


def test_identity_is_closed_on_every_page(
    reach: Reach, sign_in: Callable[..., Client], carl: User, ada: User, tess: User
) -> None:
    request = reach(Status.APPROVED)

    for who in (carl, ada, tess):
        body = sign_in(who).get(url(request)).content.decode()
        for secret in ("A1WANDA0000000", "wanda@mail.example", "wanda-pay@mail.example"):
            assert secret not in body


def test_who_only_pays_does_not_read_the_story(
    reach: Reach, sign_in: Callable[..., Client], ada: User, tess: User
) -> None:
    request = reach(Status.APPROVED)

    assert "closed over night" in sign_in(ada).get(url(request)).content.decode()
    assert "closed over night" not in sign_in(tess).get(url(request)).content.decode()


def test_opening_shows_the_detail_once_and_the_worker_sees_it(
    reach: Reach, sign_in: Callable[..., Client], tess: User
) -> None:
    request = reach(Status.APPROVED)
    browser = sign_in(tess)

    body = press(browser, request, "open", detail="pay_to", reason="to_pay").content.decode()

    assert "wanda-pay@mail.example" in body
    assert "wanda-pay@mail.example" not in browser.get(url(request)).content.decode()
    event = AuditEvent.objects.get(action="aid.opened_pay_to")
    assert (event.actor_id, event.reason, event.object_id) == (tess.pk, "to_pay", str(request.case_id))
    assert Reveal.objects.count() == 1


def test_nothing_opens_without_a_reason(reach: Reach, sign_in: Callable[..., Client], carl: User) -> None:
    request = reach(Status.IN_REVIEW)

    response = press(sign_in(carl), request, "open", detail="worker_id", reason="")

    assert response.status_code == 422
    assert "A1WANDA0000000" not in response.content.decode()
    assert not Reveal.objects.exists()


@pytest.mark.parametrize(
    ("role", "detail", "status", "opens"),
    [
        ("caseworker", "worker_id", Status.IN_REVIEW, True),
        ("caseworker", "email", Status.IN_REVIEW, True),
        ("caseworker", "pay_to", Status.APPROVED, False),
        ("treasurer", "pay_to", Status.APPROVED, True),
        ("treasurer", "pay_to", Status.CONFIRMED, False),
        ("treasurer", "worker_id", Status.APPROVED, False),
        ("steward", "worker_id", Status.IN_REVIEW, True),
        ("steward", "pay_to", Status.APPROVED, False),
    ],
)
def test_each_detail_opens_to_those_who_need_it(
    role: str, detail: str, status: Status, opens: bool, reach: Reach, sign_in: Callable[..., Client]
) -> None:
    request = reach(status)

    response = press(sign_in(role), request, "open", detail=detail, reason="contact")

    assert response.status_code == (200 if opens else 403)
    assert Reveal.objects.exists() == opens


def test_worker_reads_reason_and_answers_about_the_money(
    liferaft: Organisation, full_fund: Fund, carl: User, ada: User, tess: User, now: datetime, client: Client
) -> None:
    words = worker.apply(client)
    request = AidRequest.objects.get()
    for who, button, answers in [
        (carl, "take", {}),
        (carl, "recommend-grant", {"amount": "80", "note": ""}),
        (ada, "approve", {}),
        (tess, "open", {"detail": "pay_to", "reason": "to_pay"}),
        (tess, "paid", {"method": "paypal", "provider_reference": "PP-77", "on": "2026-03-10"}),
    ]:
        browser = Client()
        browser.force_login(who)
        request.refresh_from_db()
        press(browser, request, button, **answers)
    phone = Client()
    worker.enter(phone, words)

    page = phone.get("/aid/case/").content.decode()
    assert "Payment sent" in page
    assert "We sent $80.00" in page
    assert "They were opened 1 time" in page
    assert "payment details, to pay you" in page

    worker.post(phone, "/aid/case/arrived/", {"answer": "not_arrived"}, purpose="aid.case")
    assert "Somebody looks into it" in phone.get("/aid/case/").content.decode()
    assert "did not arrive" in staff_page(tess, reverse("aid_cases"))

    worker.post(phone, "/aid/case/arrived/", {"answer": "arrived"}, purpose="aid.case")
    assert "Thank you for telling us" in phone.get("/aid/case/").content.decode()
    request.refresh_from_db()
    assert request.status == Status.CONFIRMED


def test_declined_worker_reads_a_kind_reason(full_fund: Fund, carl: User, ada: User, client: Client) -> None:
    worker.apply(client)
    request = AidRequest.objects.get()
    for who, button, answers in [
        (carl, "take", {}),
        (carl, "recommend-decline", {"reason": "outside", "note": "wants a car"}),
        (ada, "decline", {}),
    ]:
        browser = Client()
        browser.force_login(who)
        request.refresh_from_db()
        press(browser, request, button, **answers)

    page = client.get("/aid/case/").content.decode()

    assert "not allowed to pay for what you need" in page
    assert "no judgement about you" in page
    assert "wants a car" not in page
    assert "recommend" not in page.lower()


def test_queue_stays_within_few_queries(
    reach: Reach, sign_in: Callable[..., Client], carl: User, django_assert_max_num_queries: Any
) -> None:
    for _request in range(6):
        reach(Status.IN_REVIEW, amount=10)
    browser = sign_in(carl)
    browser.get(reverse("aid_cases"))

    with django_assert_max_num_queries(15):
        browser.get(reverse("aid_cases"))


def staff_page(who: User, path: str) -> str:
    browser = Client()
    browser.force_login(who)
    return browser.get(path).content.decode()


def test_nobody_grants_more_than_was_asked_for(
    client: Client, carl: User, reach: Callable[..., AidRequest], now: datetime
) -> None:
    request = reach(Status.IN_REVIEW, amount=120)
    client.force_login(carl)

    page = client.post(
        reverse("aid_case_recommend-grant", args=[request.pk]),
        {"seen": request.version, "amount": "900", "note": "a typo", "checked": CheckPoint.values},
    )

    words = page.content.decode()
    assert "The worker asked for $120. Please grant at most that." in words
    assert "a typo" in words
    with pytest.raises(transitions.MoreThanAsked):
        reviewing.recommend_grant(
            request_id=request.pk, by=carl, seen=request.version, amount=Money("120.01", "USD"), note="", at=now
        )
    assert not request.reviews.exists()
