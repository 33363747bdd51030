"""Each worker is asked what their path needs, and no more is sent than what was asked: report or money, three kinds."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from aid import access, applying, holding, transitions
from aid.answers import Kind
from aid.models import AidRequest, Surge
from aid.statuses import Status
from aid.worker import duration
from ledger.models import Fund
from organisation.models import Organisation, User
from tests.aid.conftest import fill
from tests.aid.test_worker_applies import ANSWERS, begin, enter, post

ALL = ANSWERS | {
    "work": {"requester": "Dr. No", "hits_rejected": "1,200", "lost": "$96.40"},
    "rating": {"before": "99.2%", "after": "91,4"},
}
REPORT = ["when", "notice", "account", "id", "money"]
MONEY = ["needs", "story", "payment"]
REJECTION = ["work", "rating"]


@pytest.fixture
def wanda(client: Client, liferaft: Organisation, full_fund: Fund) -> Client:
    """A visitor's browser."""
    return client


def walk(client: Client, *, kind: str, wants_money: bool, answers: dict[str, Any] | None = None) -> list[str]:
    """Answer every page that is shown, as far as the last one; return the pages with their counts."""
    given = ALL | {"money": {"wants_money": "yes" if wants_money else "no"}, "words": {"kept": "on"}} | (answers or {})
    seen = []
    response = post(client, "/aid/apply/", {"kind": kind})
    while response.status_code == 302 and not response["Location"].endswith("/check/"):
        path = response["Location"]
        slug = path.rstrip("/").rpartition("/")[2]
        shown = client.get(path).context
        seen.append(f"{slug} {shown['number']}/{shown['total']}" if "number" in shown else slug)
        response = post(client, path, given[slug])
    assert response.status_code == 302, response.content.decode()
    return seen


def counted(slugs: list[str], total: int, *, start: int = 2) -> list[str]:
    return [f"{slug} {number}/{total}" for number, slug in enumerate(slugs, start)]


def test_who_was_suspended_and_asks_for_money_is_asked_ten_questions(wanda: Client) -> None:
    seen = walk(wanda, kind="suspension", wants_money=True)

    assert seen == ["words", *counted([*REPORT, *MONEY, "contact"], 10)]


def test_who_only_reports_skips_everything_about_money(wanda: Client) -> None:
    seen = walk(wanda, kind="other", wants_money=False)

    assert seen == ["words", *counted(REPORT, 10), "contact 7/7"]


def test_rejected_work_has_questions_of_its_own(wanda: Client) -> None:
    seen = walk(wanda, kind="rejection", wants_money=False)
    post(wanda, "/aid/apply/check/")

    assert seen == ["words", *counted(["work", "rating", *REPORT], 12), "contact 9/9"]
    case = AidRequest.objects.get().case
    assert holding.get(case, "requester") == "Dr. No"
    assert case.requester_index is not None
    assert (case.hits_rejected, case.lost_minor) == (1200, 9640)
    assert (case.rating_before, case.rating_after) == (Decimal("99.2"), Decimal("91.4"))


def test_report_needs_a_word_of_what_happened_and_nothing_else(wanda: Client) -> None:
    begin(wanda)
    post(wanda, "/aid/apply/money/", {"wants_money": "no"})

    assert post(wanda, "/aid/apply/check/")["Location"] == "/aid/apply/story/"
    post(wanda, "/aid/apply/story/", {"story": "They closed it."})
    assert post(wanda, "/aid/apply/check/")["Location"] == "/aid/case/"

    request = AidRequest.objects.get()
    assert (request.status, request.wants_money, holding.get(request, "story")) == (
        Status.RECEIVED,
        False,
        "They closed it.",
    )


def test_what_was_typed_about_money_is_kept_until_sending_and_not_sent(wanda: Client) -> None:
    walk(wanda, kind="rejection", wants_money=True)
    post(wanda, "/aid/apply/money/", {"wants_money": "no"})
    post(wanda, "/aid/apply/", {"kind": "suspension"})
    draft = AidRequest.objects.get()
    assert holding.get(draft, "pay_to") == "wanda-pay@mail.example"
    assert "Dr. No" not in wanda.get("/aid/apply/check/").content.decode()

    post(wanda, "/aid/apply/check/")

    sent = AidRequest.objects.select_related("case").get()
    assert (sent.status, sent.needs, sent.amount_minor, sent.pay_method) == (Status.RECEIVED, [], None, "")
    assert (sent.pay_to_sealed, sent.pay_to_index, sent.story_sealed, sent.story_index) == (None, None, None, None)
    assert (sent.case.requester_sealed, sent.case.requester_index, sent.case.hits_rejected) == (None, None, None)
    assert (sent.case.lost_minor, sent.case.rating_before, sent.case.rating_after) == (None, None, None)
    assert holding.get(sent.case, "notice") == "Your account is closed for good."


def test_changing_the_kind_at_the_check_leads_to_the_questions_that_it_opens(wanda: Client) -> None:
    walk(wanda, kind="suspension", wants_money=False)

    assert post(wanda, "/aid/apply/", {"kind": "rejection", "then": "check"})["Location"] == "/aid/apply/work/"
    assert post(wanda, "/aid/apply/money/", {"wants_money": "yes", "then": "check"})["Location"] == "/aid/apply/needs/"
    assert post(wanda, "/aid/apply/when/", ANSWERS["when"] | {"then": "check"})["Location"] == "/aid/apply/check/"


def test_page_of_another_path_says_why_it_is_not_needed_and_keeps_what_was_typed(wanda: Client) -> None:
    begin(wanda)
    post(wanda, "/aid/apply/money/", {"wants_money": "no"})

    assert "You are not asked this" in wanda.get("/aid/apply/needs/").content.decode()
    wrong = post(wanda, "/aid/apply/needs/", {"needs": ["rent"], "amount": "lots"}).content.decode()
    saved = post(wanda, "/aid/apply/needs/", {"needs": ["rent"], "amount": "40"}).content.decode()

    assert 'value="lots"' in wrong
    assert "it is not sent unless you change those answers" in saved
    assert AidRequest.objects.get().amount_minor == 4000


def test_draft_goes_on_where_it_stopped_on_another_phone(wanda: Client) -> None:
    words = begin(wanda)
    for page in ("when", "account"):
        post(wanda, f"/aid/apply/{page}/", ANSWERS[page])
    other = Client()
    enter(other, words)

    assert other.get("/aid/apply/on/")["Location"] == "/aid/apply/id/"
    assert 'value="2026-02-19"' in other.get("/aid/apply/when/").content.decode()
    post(other, "/aid/apply/money/", {"wants_money": "no"})
    post(other, "/aid/apply/contact/", {"email": "wanda@mail.example"})
    assert wanda.get("/aid/apply/on/")["Location"] == "/aid/apply/check/"


@pytest.mark.parametrize("slug", list(ALL))
def test_back_leads_to_the_page_before_and_optional_questions_say_so(wanda: Client, slug: str) -> None:
    post(wanda, "/aid/apply/", {"kind": "rejection"})

    page = BeautifulSoup(wanda.get(f"/aid/apply/{slug}/").content, "html.parser")

    form = wanda.get(f"/aid/apply/{slug}/").context["form"]
    for field in form:
        if slug == "payment" or field.field.required:
            assert "(optional)" not in field.label
        else:
            assert f"{field.label}".endswith("(optional)")
            assert field.label in page.get_text()
    back = page.select_one("main .aside-line a")
    assert back is not None
    assert wanda.get(str(back["href"])).status_code == 200


def test_a_surge_lifts_the_wait_for_the_platform(wanda: Client, carl: User, now: datetime) -> None:
    assert "write to the platform first: some accounts come back" in wanda.get("/aid/").content.decode()
    Surge.objects.create(began_at=now, began_by=carl)

    page = wanda.get("/aid/").content.decode()

    assert "You do not need to write to the platform first" in page
    assert "If you can, write" not in page


@pytest.mark.parametrize(
    ("kind", "wants_money", "most"), [("suspension", False, 8), ("suspension", True, 10), ("rejection", True, 12)]
)
def test_it_takes_as_long_as_the_page_says(wanda: Client, kind: str, wants_money: bool, most: int) -> None:
    """Counted anew on the pages as they are: 200 characters a minute read or typed, 5 seconds a question."""
    home = re.sub(r"\s+", " ", BeautifulSoup(wanda.get("/aid/").content, "html.parser").get_text())
    promised = re.search(r"To tell us takes about (\d+) minutes, to ask for money as well about (\d+)", home)
    assert promised
    longest = re.search(r"After a mass rejection there is more to say: with money, about (\d+) minutes", home)
    assert longest
    minutes = int(longest[1] if kind == "rejection" else promised[2 if wants_money else 1])
    shown = [wanda.get("/aid/apply/")]
    post(wanda, "/aid/apply/", {"kind": kind})
    slugs = [
        "words",
        *(REJECTION if kind == "rejection" else []),
        *REPORT,
        *(MONEY if wants_money else []),
        "contact",
        "check",
    ]
    shown += [wanda.get(f"/aid/apply/{slug}/") for slug in slugs]

    characters, questions = 45 + len("Save and go on"), 0
    for response in shown:
        page = BeautifulSoup(response.content, "html.parser")
        form = page.select_one('main form:not([action$="/leave/"])')
        assert page.h1
        said = [page.h1.get_text(), form.get_text().replace("Save and go on", "") if form else ""]
        characters += sum(len(" ".join(text.split())) for text in said)
        fields = response.context["form"].fields
        questions += len(fields)
        characters += sum(duration.TYPED.get(name, 0) for name in fields)

    assert characters / 200 + questions * 5 / 60 <= minutes <= most


def test_two_windows_do_not_undo_each_other(wanda: Client, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun)
    first, second = (access.draft_of_visit(begun.request.pk) for _window in range(2))
    assert first
    assert second

    applying.answer_worker_id(request=first, worker_id="A2")
    applying.answer_kind(request=second, kind=Kind.OTHER)

    case = AidRequest.objects.get().case
    assert (holding.get(case, "worker_id"), case.kind) == ("A2", Kind.OTHER)


def test_answer_that_comes_after_it_was_sent_is_refused(full_fund: Fund, now: datetime) -> None:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun)
    late = access.draft_of_visit(begun.request.pk)
    assert late
    applying.submit(request_id=begun.request.pk, at=now)

    with pytest.raises(transitions.NotNow):
        applying.answer_notice(request=late, notice="")
    with pytest.raises(transitions.NotNow):
        applying.answer_story(request=late, story="another")
