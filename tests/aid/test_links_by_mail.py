"""Who lost the words asks for a link by mail. Nobody learns whether an address is known; a link opens once, for minutes."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aid import applying, erasing, linking
from aid import tasks as aid_tasks
from aid.answers import Kind
from aid.models import AidRequest, CaseLink
from core import formtoken
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import Organisation
from tests.aid.conftest import fill
from tests.aid.own_page import OURS

MINUTE = timedelta(minutes=1)


@pytest.fixture
def request_of_wanda(liferaft: Organisation, full_fund: Fund, now: datetime) -> AidRequest:
    return sent_in(now)


def sent_in(at: datetime) -> AidRequest:
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=at)
    fill(begun, email="wanda@mail.example")
    return applying.submit(request_id=begun.request.pk, at=at)


def post(browser: Client, path: str, answers: dict[str, Any] | None = None) -> Any:
    data = {formtoken.FIELD: formtoken.issue("aid.link")} | (answers or {})
    return browser.post(path, data, headers=OURS)


def ask(email: str = "wanda@mail.example", browser: Client | None = None, address: str = "127.0.0.1") -> Any:
    return post(browser or Client(REMOTE_ADDR=address), "/aid/link/", {"email": email})


def letters() -> list[OutgoingEmail]:
    aid_tasks.write_links()
    return list(OutgoingEmail.objects.filter(key__contains=":link-").order_by("pk"))


def links() -> list[str]:
    """Let the worker process write, and return the addresses in the newest letter."""
    aid_tasks.write_links()
    letter = OutgoingEmail.objects.filter(key__contains=":link-").latest("pk")
    return re.findall(r"/aid/link/[0-9a-f]+/", letter.text)


def comparable(answer: Any) -> tuple[int, str, Any]:
    return answer.status_code, re.sub(r'value="[^"]*"', "", answer.content.decode()), dict(answer.cookies)


def test_link_opens_the_page_by_a_click_and_once(request_of_wanda: AidRequest) -> None:
    ask()
    (path,) = links()
    phone = Client()

    for _scanner in range(2):
        assert "Open your page here?" in phone.get(path).content.decode()
    assert not phone.cookies
    answer = post(phone, path)

    assert answer["Location"] == "/aid/case/"
    assert "Received" in phone.get("/aid/case/").content.decode()
    again = Client()
    assert "This link does not open anything" in post(again, path).content.decode()
    assert not again.cookies


def test_used_old_and_made_up_links_get_the_same_sentence(request_of_wanda: AidRequest) -> None:
    ask()
    ask()
    used, old = links()[0], links()[0]
    letters = OutgoingEmail.objects.filter(key__contains=":link-").order_by("pk")
    used, old = (re.findall(r"/aid/link/[0-9a-f]+/", letter.text)[0] for letter in letters)
    post(Client(), used)
    CaseLink.objects.filter(used_at__isnull=True).update(expires_at=timezone.now() - MINUTE)

    for way in (lambda path: Client().get(path), lambda path: post(Client(), path)):
        answers = {str(comparable(way(path))) for path in (used, old, "/aid/link/" + "0" * 48 + "/", "/aid/link/x/")}
        answers = {re.sub(r"/aid/link/[^/]+/", "", answer) for answer in answers}
        assert len(answers) == 1
        assert "does not open anything" in answers.pop()


def test_link_is_good_for_a_quarter_of_an_hour(request_of_wanda: AidRequest, now: datetime) -> None:
    ask()
    wall = timezone.now()
    linking.write_owed(at=now, wall=wall)
    letter = OutgoingEmail.objects.filter(key__contains=":link-").latest("pk")
    secret = re.findall(r"/aid/link/([0-9a-f]+)/", letter.text)[0]

    assert linking.is_open(secret, wall=wall + 14 * MINUTE)
    assert not linking.is_open(secret, wall=wall + 15 * MINUTE)
    with pytest.raises(linking.LinkIsSpent):
        linking.use(secret, wall=wall + 15 * MINUTE)


def test_the_link_itself_is_stored_nowhere(request_of_wanda: AidRequest) -> None:
    ask()
    (path,) = links()
    secret = path.split("/")[3]

    with connection.cursor() as cursor:
        cursor.execute("SELECT digest::text || expires_at::text FROM aid_caselink")
        assert secret not in str(cursor.fetchall())
        cursor.execute("SELECT mail_outgoingemail::text FROM mail_outgoingemail")
        assert secret not in str(cursor.fetchall())


def test_known_and_unknown_address_get_the_same_answer_for_the_same_work(request_of_wanda: AidRequest) -> None:
    answers, work = [], []
    ask("somebody@mail.example")  # The first try of an hour is written down differently, for everybody.
    for email in ("wanda@mail.example", "nobody@mail.example"):
        with CaptureQueriesContext(connection) as asked:
            answers.append(comparable(ask(email)))
        work.append([re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in asked.captured_queries])

    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert work[0]


def test_unknown_address_gets_no_letter_and_is_not_kept(request_of_wanda: AidRequest) -> None:
    ask("nobody@mail.example")

    aid_tasks.write_links()

    assert not OutgoingEmail.objects.filter(key__contains=":link-").exists()
    assert not CaseLink.objects.exists()


def test_several_pages_come_in_one_letter_oldest_first_and_by_date(request_of_wanda: AidRequest, now: datetime) -> None:
    """Whoever applies later with somebody's address crowds nothing out."""
    for day in (1, 2, 3):
        sent_in(now + timedelta(days=day))
    ask()

    paths = links()

    letter = OutgoingEmail.objects.filter(key__contains=":link-").get()
    assert len(paths) == 3
    phone = Client()
    post(phone, paths[0])
    told = phone.get("/aid/case/held.json").json()
    assert told["answers"][0]["id"] == str(request_of_wanda.case_id)
    assert letter.text.index("March 10, 2026") < letter.text.index("March 12, 2026")
    for word in ("suspen", "aid fund", "rent", "received", "wanda"):
        assert word not in (letter.text + letter.subject).casefold()


def test_link_goes_to_the_address_that_the_case_holds(liferaft: Organisation, full_fund: Fund, now: datetime) -> None:
    """Both spellings find both cases; to a mail server they are two people."""
    for email in ("ross@mail.example", "ro\u017fs@mail.example", "ross@mail.example"):
        begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
        fill(begun, email=email)
        applying.submit(request_id=begun.request.pk, at=now)
    ask("ro\u017fs@mail.example")

    found = {letter.recipient: len(re.findall(r"/aid/link/[0-9a-f]+/", letter.text)) for letter in letters()}

    assert found == {"ross@mail.example": 2, "ro\u017fs@mail.example": 1}


def test_asking_is_throttled_for_an_address_without_a_word_and_for_a_network(request_of_wanda: AidRequest) -> None:
    bodies = {str(comparable(ask())) for _time in range(5)}

    aid_tasks.write_links()

    assert len(bodies) == 1
    assert OutgoingEmail.objects.filter(key__contains=":link-").count() == 3
    for number in range(16):
        last = ask(f"w{number}@mail.example")
    assert last.status_code == 429


def test_wrong_address_gets_a_sentence_and_is_kept(request_of_wanda: AidRequest) -> None:
    page = ask("wanda(at)mail").content.decode()

    assert "should look like" in page
    assert 'value="wanda(at)mail"' in page


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_form_of_another_site_opens_nothing(request_of_wanda: AidRequest, headers: dict[str, str]) -> None:
    ask()
    (path,) = links()
    data = {formtoken.FIELD: formtoken.issue("aid.link")}

    assert Client().post(path, data, headers=headers).status_code == 403
    assert "Open your page here?" in Client().get(path).content.decode()


def test_what_was_not_sent_is_in_no_letter(request_of_wanda: AidRequest, now: datetime) -> None:
    """Anybody may begin an application and type another one's address there."""
    begun = applying.begin(kind=Kind.SUSPENSION, language="en", at=now)
    fill(begun, email="wanda@mail.example")
    ask()

    assert len(links()) == 1


def test_a_stranger_who_asks_does_not_shut_the_worker_out(request_of_wanda: AidRequest) -> None:
    for _time in range(5):
        ask(address="198.51.100.1")
    assert len(letters()) == 3

    ask(address="203.0.113.9")

    assert len(letters()) == 4
    for network in range(20, 60):
        ask(address=f"203.0.{network}.9")
    assert len(letters()) == 12


def test_letter_with_a_link_goes_with_all_else_that_is_erased(request_of_wanda: AidRequest, now: datetime) -> None:
    ask()
    links()

    erasing.erase_now(request_id=request_of_wanda.pk, at=now)

    assert not OutgoingEmail.objects.exists()
    assert not CaseLink.objects.exists()
