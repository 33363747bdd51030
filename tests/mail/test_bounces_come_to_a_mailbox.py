"""Letters that come back to the mailbox are read once each; who writes there can harm nobody's subscription."""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from hypothesis import given
from hypothesis import strategies as st

from mail import bounce_mailbox, message_ids, outbox, reports, returned, suppressing
from mail.models import MailReport, OutgoingEmail, Suppression
from mail.returned import ForAPerson
from tests.mail import returned_mail

ISSUE = message_ids.message_id(message_ids.DELIVERY, 12)
NAME = message_ids.Name(message_ids.DELIVERY, 12)


@pytest.mark.parametrize(
    ("made", "kind", "status", "is_dead"),
    [
        (returned_mail.postfix, "bounced", "5.1.1", True),
        (returned_mail.gmail, "bounced", "5.1.1", True),
        # Exim says 5.0.0; the other server said that it is about us.
        (returned_mail.exim, "bounced", "5.7.1", False),
        (returned_mail.complaint, "complained", "", False),
    ],
)
def test_reports_of_all_makes_are_read(made: Callable[[str], bytes], kind: str, status: str, is_dead: bool) -> None:
    found = returned.read(made(ISSUE))

    assert found == (NAME, kind, status)
    assert reports.is_dead(status) == is_dead


def test_where_the_return_path_names_the_letter_nothing_else_does(settings: Any) -> None:
    settings.MAIL_BOUNCES = "bounces+*@example.org"
    to = message_ids.return_path(*NAME)

    assert returned.read(returned_mail.postfix("<gone@example.org>", to=to)) == (NAME, "bounced", "5.1.1")
    # Exchange gives nothing back of the letter.
    exchange = returned_mail.exchange("<gone@example.org>").replace(b"post@example.org", to.encode())
    assert returned.read(exchange) == (NAME, "bounced", "5.4.1")
    # A complaint comes from elsewhere, and does less.
    assert returned.read(returned_mail.complaint(ISSUE)) == (NAME, "complained", "")
    as_address = ISSUE.strip("<>").partition("@")[0]
    for forged in (
        returned_mail.postfix(ISSUE),
        returned_mail.postfix(to),
        returned_mail.postfix("<gone@example.org>", to=f"bounces+{as_address}@example.org"),
    ):
        with pytest.raises(ForAPerson):
            returned.read(forged)


@pytest.mark.parametrize("header", ["References", "In-Reply-To"])
@pytest.mark.parametrize("made", [returned_mail.postfix, returned_mail.complaint, returned_mail.exchange])
def test_who_was_passed_on_a_letter_cannot_report_it_by_answering(made: Callable[[str], bytes], header: str) -> None:
    forged = f"{header}: {ISSUE}\r\n".encode() + made("<1@evil.example>")

    with pytest.raises(ForAPerson):
        returned.read(forged)


@pytest.mark.parametrize(
    "mail",
    [
        returned_mail.postfix("<delivery.12.00000000@example.org>"),
        returned_mail.postfix(ISSUE.replace("delivery.12.", "delivery.13.")),
        returned_mail.postfix(" ".join(f"<delivery.12.{n:08x}@example.org>" for n in range(30)) + ISSUE),
        returned_mail.nested(5000),
        returned_mail.nested(15),
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n" * 40_000,
        b"",
        b"From: ann@mail.example\r\n\r\nWhere is my letter " + ISSUE.encode(),
        b"Content-Type: multipart/report; boundary=\xff\r\nMessage-ID: \xff\r\n\r\n--\xff\r\n",
    ],
)
def test_what_is_no_report_on_a_letter_of_ours_is_left_to_a_person(mail: bytes) -> None:
    with pytest.raises(ForAPerson):
        returned.read(mail)


@given(st.lists(st.tuples(st.integers(0), st.integers(0, 40), st.binary(max_size=40)), min_size=1, max_size=6))
def test_no_mail_stops_the_reader(changes: list[tuple[int, int, bytes]]) -> None:
    mail = bytearray(returned_mail.gmail(ISSUE))
    for number, length, words in changes:
        place = number % (len(mail) + 1)
        mail[place : place + length] = words
    with contextlib.suppress(ForAPerson):
        found = returned.read(bytes(mail))
        # Whatever became of the mail: it is about this letter, or about none.
        assert found is None or found.name == NAME


@pytest.fixture
def letter(now: datetime, settings: Any) -> OutgoingEmail:
    made = outbox.queue_ready(key="receipt:LR-1", to="ann@mail.example", subject="s", text="t", at=now)
    OutgoingEmail.objects.update(state=OutgoingEmail.State.SENT, sent_at=now)
    return made


def look(settings: Any, mailbox: returned_mail.Mailbox, now: datetime, password: str = "p%40ss") -> bounce_mailbox.Look:
    settings.BOUNCE_MAILBOX_URL = f"imap://bounces:{password}@127.0.0.1:{mailbox.port}/INBOX"
    return bounce_mailbox.look(at=now)


@pytest.mark.django_db
def test_a_look_keeps_reports_once_and_leaves_the_rest_to_a_person(
    settings: Any, now: datetime, letter: OutgoingEmail
) -> None:
    receipt = message_ids.message_id(message_ids.LETTER, letter.pk)
    out_of_office = b"Auto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nBack on Monday.\r\n"
    human = b"From: ann@mail.example\r\nSubject: Re: Newsletter 27\r\n\r\nThank you.\r\n"
    huge = returned_mail.postfix(ISSUE).replace(b"--\r\n", b"--\r\n" + b"x" * 3_000_000)
    mails = [returned_mail.postfix(receipt), returned_mail.complaint(ISSUE), out_of_office, human, huge]

    with returned_mail.imap(*mails) as mailbox:
        # As if it had crashed before the mails were gone.
        mailbox.expunges = False
        look(settings, mailbox, now)
        mailbox.flags = {uid: set() for uid in mailbox.mails}
        mailbox.expunges = True
        seen = look(settings, mailbox, now)
        left = [mailbox.mails[uid] for uid in mailbox.mails]
        again = look(settings, mailbox, now)

    assert (seen.reports, seen.for_a_person, left) == (4, 1, [human])
    assert (again.reports, again.for_a_person) == (0, 0)
    assert bounce_mailbox.last_look() == again
    kept = MailReport.objects.order_by("key").values_list("kind", "message_id", "status")
    assert [*kept] == [("bounced", ISSUE, "5.1.1"), ("bounced", receipt, "5.1.1"), ("complained", ISSUE, "")]
    letter.refresh_from_db()
    assert letter.state == OutgoingEmail.State.FAILED
    # Only whom our own row names, never whom the report does.
    assert suppressing.reason_of("ann@mail.example") == Suppression.Reason.BOUNCED
    assert Suppression.objects.count() == 1


@pytest.mark.django_db
def test_a_mailbox_that_does_not_open_is_said_without_its_name(settings: Any, now: datetime) -> None:
    with returned_mail.imap() as mailbox, pytest.raises(bounce_mailbox.MailboxClosed) as closed:
        look(settings, mailbox, now, password="wrong")

    last = bounce_mailbox.last_look()
    assert last
    assert last.trouble == str(closed.value) == "error"
    assert closed.value.__cause__ is None


@pytest.mark.django_db
def test_the_sweep_looks_every_five_minutes(settings: Any) -> None:
    caches["shared"].clear()
    with returned_mail.imap(returned_mail.postfix(ISSUE)) as mailbox:
        settings.BOUNCE_MAILBOX_URL = f"imap://bounces:p@127.0.0.1:{mailbox.port}"
        bounce_mailbox.sweep()
        mailbox.mails[900], mailbox.flags[900] = returned_mail.complaint(ISSUE), set()
        bounce_mailbox.sweep()

        assert [*mailbox.mails] == [900]
