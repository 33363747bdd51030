"""A worker changes or takes back from their own page what is theirs; nobody else does, and nothing twice."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from aid import applying, holding
from aid.answers import Kind
from aid.models import AidRequest, Case, Decision, LegalHold, Message, Tombstone
from aid.statuses import Status
from aid.worker import visiting
from mail.models import OutgoingEmail
from organisation.models import User
from tests.aid.own_page import at_case, send, text
from tests.aid.test_worker_applies import enter

Reach = Callable[..., AidRequest]
NEW = {"method": "bank", "pay_to": "Wanda, 021000021, 1234"}

pytestmark = pytest.mark.usefixtures("liferaft")


def seen(browser: Client) -> dict[str, str]:
    return {"seen": browser.get("/aid/case/payment/").context["seen"]}


def test_change_after_approval_says_its_price_before_and_is_paid_only_later(reach: Reach) -> None:
    request = reach(Status.APPROVED)
    wanda = at_case(request)
    assert "nothing is sent for at least a day" in text(wanda, "/aid/case/payment/")

    send(wanda, "/aid/case/payment/", NEW | seen(wanda), of=request)

    request.refresh_from_db()
    assert request.status == Status.RECOMMENDED_GRANT
    assert holding.get(request, "pay_to") == NEW["pay_to"]
    page = text(wanda)
    assert ", nothing is sent. If it was not you" in page
    assert "Being looked at" in page
    assert Decision.objects.exists()


def test_changed_way_to_pay_is_told_by_mail_without_a_word_of_it(reach: Reach) -> None:
    request = reach(Status.RECEIVED)
    wanda = at_case(request)

    send(wanda, "/aid/case/payment/", NEW | seen(wanda), of=request)

    letter = OutgoingEmail.objects.latest("pk")
    assert "something there was changed" in letter.text
    for word in ("pay", "bank", "money", "021000021", "aid/apply"):
        assert word not in letter.text.casefold()


def test_page_made_before_another_devices_change_is_looked_at_once_more(reach: Reach) -> None:
    request = reach(Status.RECEIVED)
    phone, laptop = at_case(request), at_case(request)
    old = seen(laptop)
    send(phone, "/aid/case/payment/", NEW | seen(phone), of=request)

    page = send(laptop, "/aid/case/payment/", {"method": "venmo", "pay_to": "@other"} | old, of=request)

    assert "Something has changed since you opened this page" in page.content.decode()
    assert "@other" in page.content.decode()
    request.refresh_from_db()
    assert holding.get(request, "pay_to") == NEW["pay_to"]


def test_second_click_on_change_or_erase_says_that_it_is_done(reach: Reach) -> None:
    request = reach(Status.APPROVED)
    wanda, other = at_case(request), at_case(request)
    answers = NEW | seen(wanda)

    changed = [send(wanda, "/aid/case/payment/", answers, of=request)["Location"] for _click in range(2)]
    erased = [send(browser, "/aid/case/erase/", {"sure": "on"}, of=request) for browser in (wanda, other)]

    assert changed == ["/aid/case/?done=payment"] * 2
    assert erased[0]["Location"] == "/aid/erased/"
    assert "It is erased" in erased[1].content.decode()
    assert Tombstone.objects.count() == 1


@pytest.mark.parametrize("status", [Status.PAID, Status.CONFIRMED, Status.DECLINED, Status.WITHDRAWN])
def test_where_nothing_is_to_be_paid_nothing_is_changed(reach: Reach, status: Status) -> None:
    request = reach(status)
    wanda = at_case(request)

    answer = send(wanda, "/aid/case/payment/", NEW, of=request)

    assert answer["Location"] == "/aid/case/"
    request.refresh_from_db()
    assert holding.get(request, "pay_to") != NEW["pay_to"]
    assert "/aid/case/payment/" not in text(wanda)


def test_form_of_another_case_changes_nothing(reach: Reach) -> None:
    """Two pages of two cases in one browser: what was begun on one must not hit the other."""
    mine, other = reach(Status.RECEIVED), reach(Status.RECEIVED)
    wanda = at_case(mine)

    for path, answers in [
        ("message", {"body": "hello"}),
        ("payment", NEW | seen(wanda)),
        ("complaint", {"about": "other", "body": "hello"}),
        ("erase", {"sure": "on"}),
        ("withdraw", {"request_id": str(other.pk), "case": str(other.case_id)}),
    ]:
        send(wanda, f"/aid/case/{path}/", answers, of=other)

    for request in (mine, other):
        request.refresh_from_db()
        assert request.status == Status.RECEIVED
        assert not request.case.erased_at
    assert not Message.objects.exists()
    assert not mine.case.complaints.exists()


def test_ids_in_a_form_are_not_looked_at(reach: Reach) -> None:
    mine, other = reach(Status.RECEIVED), reach(Status.RECEIVED)
    wanda = at_case(mine)

    ids = {"request_id": str(other.pk), "id": str(other.pk), "case": str(other.case_id)}
    send(wanda, "/aid/case/withdraw/", ids, of=mine)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.status, other.status) == (Status.WITHDRAWN, Status.RECEIVED)


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_form_of_another_site_is_refused(reach: Reach, headers: dict[str, str]) -> None:
    request = reach(Status.APPROVED)
    wanda = at_case(request)
    price = seen(wanda)

    for path, answers in [
        ("message", {"body": "hello"}),
        ("payment", NEW | price),
        ("erase", {"sure": "on"}),
        ("withdraw", {}),
        ("complaint", {"about": "other", "body": "hello"}),
        ("account", {"outcome": "refused"}),
    ]:
        assert send(wanda, f"/aid/case/{path}/", answers, of=request, headers=headers).status_code == 403
    request.refresh_from_db()
    assert request.status == Status.APPROVED


def test_erasing_names_the_tax_record_before_and_asks_once_more(reach: Reach) -> None:
    request = reach(Status.CONFIRMED)
    wanda = at_case(request)

    page = text(wanda, "/aid/case/erase/")
    assert "tax law asks for it" in page
    unsure = send(wanda, "/aid/case/erase/", {}, of=request).content.decode()

    assert "Nothing was erased yet" in unsure
    assert not Tombstone.objects.exists()


def test_what_is_erased_is_gone_on_every_device(reach: Reach) -> None:
    request = reach(Status.CONFIRMED)
    wanda, other = at_case(request), at_case(request)

    answer = send(wanda, "/aid/case/erase/", {"sure": "on"}, of=request)

    assert (answer.status_code, answer["Location"]) == (303, "/aid/erased/")
    assert "It is erased" in text(wanda, "/aid/erased/")
    assert "what tax law asks for" in text(wanda, "/aid/erased/")
    assert "If you did not erase it, what you saved is safe" in text(wanda, "/aid/case/held/")
    assert not wanda.cookies[visiting.cookie_name()].value
    assert "Your seven words" in text(other)
    assert "open nothing any more" in text(other, "/aid/case/held/")
    assert Case.objects.get(pk=request.case_id).words_fingerprint is None


def test_erasing_an_open_request_takes_it_back(reach: Reach) -> None:
    request = reach(Status.IN_REVIEW)
    wanda = at_case(request)
    assert "Erasing takes it back" in text(wanda, "/aid/case/erase/")

    send(wanda, "/aid/case/erase/", {"sure": "on"}, of=request)

    request.refresh_from_db()
    assert request.status == Status.WITHDRAWN


def test_unsent_words_are_erased_without_a_trace(reach: Reach) -> None:
    request = reach(Status.DRAFT)

    send(at_case(request), "/aid/case/erase/", {"sure": "on"}, of=request)

    assert not Case.objects.exists()


def test_what_the_law_holds_is_not_erased_and_the_page_says_so(reach: Reach, stella: User, now: datetime) -> None:
    request = reach(Status.CONFIRMED)
    LegalHold.objects.create(case=request.case, by=stella, at=now)
    wanda = at_case(request)

    page = send(wanda, "/aid/case/erase/", {"sure": "on"}, of=request).content.decode()

    assert "a law asks us to keep your data" in page
    assert "Payment sent" in text(wanda) or "Done" in text(wanda)


def test_words_of_a_draft_lead_on_to_its_next_question(client: Client, full_fund: object, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)

    answer = enter(client, begun.words)
    page = client.get(answer["Location"], follow=True)

    assert page.redirect_chain[-1][0].startswith("/aid/apply/")
