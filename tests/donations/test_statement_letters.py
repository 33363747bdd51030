"""Letters with statements: looked at first, asked for by a button that names their number, sent once."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from donations import access, offline, statement_letters
from donations.models import Method, Statement, StatementDocument, StatementRun
from ledger.models import Fund
from mail.models import OutgoingEmail
from organisation.models import LegalEntity, User
from tests.donations.own_page_stage import open_page
from tests.donations.statement_stage import SUMMER, give, issue, work
from tests.donations.test_statements_follow_what_changes import send_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(adam: User) -> Client:
    browser = Client()
    browser.force_login(adam)
    return browser


def letters() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__startswith="statement:").order_by("pk"))


def ask(desk: Client, run: StatementRun, letters: int) -> Any:
    return desk.post(reverse("donations_statement_mailing", args=[run.pk]), {"letters": letters}, follow=True)


def test_letters_are_shown_first_and_leave_once(legal_entity: LegalEntity, aid_fund: Fund, desk: Client) -> None:
    give(aid_fund)
    give(aid_fund, email="bob@mail.example", name="Bob")
    run = issue(legal_entity)
    assert letters() == []
    page = desk.get(reverse("donations_statement_mailing", args=[run.pk])).content.decode()
    assert "Send 2 letters" in page
    assert "Your gifts in 2026: annual statement" in page
    first = Statement.objects.earliest("sequence")
    framed = desk.get(reverse("donations_statement_letter", args=[first.number])).content.decode()
    assert first.number in framed
    assert access.link(first.donor) not in framed + page

    assert "2 letters are on their way" in ask(desk, run, 2).content.decode()
    work()
    work()
    assert "asked for before" in ask(desk, run, 0).content.decode()

    assert sorted(letter.key for letter in letters()) == [
        f"statement:{s.number}" for s in Statement.objects.order_by("pk")
    ]
    letter = next(letter for letter in letters() if letter.recipient == "ann@mail.example")
    statement = Statement.objects.get(donor__email="ann@mail.example")
    assert "$25.00" in letter.text
    assert "It lists the gift that you made to Raft Workers Inc." in letter.text
    assert bytes(letter.attachments.get().content) == statement.document.content
    assert Statement.objects.filter(mailed_at=None).count() == 0


def test_count_that_changed_sends_nothing(legal_entity: LegalEntity, aid_fund: Fund, desk: Client) -> None:
    give(aid_fund)
    run = issue(legal_entity)

    assert "Nothing was sent" in ask(desk, run, 5).content.decode()

    work()
    assert letters() == []


def test_statement_replaced_before_its_letter_left_is_not_sent(
    legal_entity: LegalEntity, aid_fund: Fund, desk: Client
) -> None:
    gift = give(aid_fund)
    give(aid_fund)
    run = issue(legal_entity)
    ask(desk, run, 1)
    work()
    assert len(letters()) == 1
    send_back(gift, 25)

    again = issue(legal_entity)

    assert letters() == []
    assert statement_letters.post(again).letters == 1
    ask(desk, again, 1)
    work()
    new = Statement.objects.get(state="issued")
    assert [letter.key for letter in letters()] == [f"statement:{new.number}"]
    assert "cancels and replaces No. STEST-RW-2026-000001" in letters()[0].text


def test_who_has_no_address_comes_as_a_file_to_print(
    legal_entity: LegalEntity, aid_fund: Fund, desk: Client, adam: User
) -> None:
    give(aid_fund)
    cheque = offline.Entered(
        Method.CHEQUE, give(aid_fund).given, SUMMER.date(), aid_fund, name=" =Cy", address="7 Pier"
    )
    offline.issue_receipt(payment=offline.record(entered=cheque, by=adam, at=SUMMER), by=adam, at=SUMMER)
    run = issue(legal_entity)
    post = statement_letters.post(run)
    assert (post.letters, post.on_paper) == (1, 1)

    answer = desk.get(reverse("donations_statements_to_print", args=[run.pk]))

    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        statement = Statement.objects.get(donor__email="")
        folder = "statements-2026-to-print"
        assert sorted(archive.namelist()) == sorted([f"{folder}/index.csv", f"{folder}/{statement.number}.pdf"])
        assert archive.read(f"{folder}/{statement.number}.pdf") == statement.document.content
        assert f"{statement.number},' =Cy,7 Pier" in archive.read(f"{folder}/index.csv").decode()


def test_spanish_donor_gets_letter_and_paper_in_spanish(
    legal_entity: LegalEntity, aid_fund: Fund, desk: Client
) -> None:
    gift = give(aid_fund)
    gift.donor.language = "es"
    gift.donor.save()
    run = issue(legal_entity)
    ask(desk, run, 1)
    work()

    assert Statement.objects.get().snapshot["language"] == "es"
    assert letters()[0].language == "es"
    root: Any = PdfReader(io.BytesIO(StatementDocument.objects.get().content)).trailer["/Root"]
    assert root["/Lang"] == "es"
    assert root["/MarkInfo"]["/Marked"]


def test_supporter_finds_the_statement_on_their_own_page(legal_entity: LegalEntity, aid_fund: Fund) -> None:
    gift = give(aid_fund)
    bob = give(aid_fund, email="bob@mail.example", name="Bob")
    issue(legal_entity)
    own, others = (Statement.objects.get(donor=payment.donor) for payment in (gift, bob))
    browser = Client()
    open_page(browser, "ann@mail.example")

    page = browser.get(reverse("donations:own_page")).content.decode()

    assert own.number in page
    assert others.number not in page
    answer = browser.get(reverse("donations:statement_pdf", args=[own.number]))
    assert answer.content == own.document.content
    assert browser.get(reverse("donations:statement_pdf", args=[others.number])).status_code == 404
    assert Client().get(reverse("donations:statement_pdf", args=[own.number])).status_code != 200
