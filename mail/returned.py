"""Reads mail that comes back: reports on delivery (RFC 3464) and on complaints (RFC 5965). Pure; whatever comes, it ends.

Anybody can write such a mail. So a report counts only if it carries a letter's name with its keyed hash
(``mail.message_ids``), and whom the letter went to is read from our rows: what the report says of recipients is not looked
at. Where the return path names the letter (``*`` in MAIL_BOUNCES), a report on delivery counts by nothing else: whoever was
passed on a letter has its Message-ID. A complaint comes from elsewhere, and tells by the Message-ID; so it does less
(``mail.reports.shuts_the_door``). What a mail answers (References) says nothing of a letter.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from typing import NamedTuple

from mail import message_ids, reports
from mail.models import MailReport

Kind = MailReport.Kind

# A letter nested in letters costs its reader more with each one.
_MOST_PARTS = 20
_NESTING = re.compile(rb"boundary\*?\d*\*?\s*=|content-type:\s*message/", re.IGNORECASE)
_LONGEST_HEAD = 64 * 1024
_KINDS = {"failed": Kind.BOUNCED, "delayed": Kind.DELAYED}
# RFC 5965, 7.3: the others are about forgery and viruses, or say that it was no spam.
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
# Where the address that it came back to may be.
_CAME_TO = ["To", "Delivered-To", "X-Original-To", "Envelope-To"]


class Returned(NamedTuple):
    """What a report says of one of our letters."""

    name: message_ids.Name
    kind: MailReport.Kind
    status: str


class ForAPerson(Exception):
    """It is no report on a letter of ours: somebody's answer, or nothing that we can read."""


def read(mail: bytes) -> Returned | None:
    """Return what a mail says of a letter of ours; none if it says nothing that matters: that it arrived, or is read later.

    :param mail: its beginning is enough
    :raises ForAPerson: if a person should look
    """
    if len(_NESTING.findall(mail)) > _MOST_PARTS:
        raise ForAPerson
    try:
        message = message_from_bytes(mail)
        return _read(message)
    except ForAPerson:
        raise
    except Exception as error:
        # Python's parser may fail in any way at a mail that was written against it; the next one waits behind it.
        raise ForAPerson from error


def _read(message: Message) -> Returned | None:
    if message.get_content_type() != "multipart/report":
        if _header(message, "Auto-Submitted").startswith("auto-replied"):
            return None  # Out of the office.
        raise ForAPerson
    told = _told(message)
    if told is None:
        return None
    name = _name(message, told[0])
    if name is None:
        raise ForAPerson
    return Returned(name, *told)


def _name(message: Message, kind: MailReport.Kind) -> message_ids.Name | None:
    for address in _came_to(message):
        if name := message_ids.read_return_path(address):
            return name
    if kind != Kind.COMPLAINED and message_ids.return_path_names_the_letter():
        return None
    return next((name for text in _message_ids(message) if (name := message_ids.read(text))), None)


def _told(message: Message) -> tuple[MailReport.Kind, str] | None:
    for part in _parts(message):
        if part.get_content_type() in {"message/delivery-status", "message/global-delivery-status"}:
            return _of_delivery(_parts(part))
        if part.get_content_type() == "message/feedback-report":
            kinds = [_header(fields, "Feedback-Type") for fields in _parts(part)]
            return (Kind.COMPLAINED, "") if _COMPLAINTS.intersection(kinds) else None
    raise ForAPerson


def _of_delivery(blocks: list[Message]) -> tuple[MailReport.Kind, str] | None:
    """Return what became of the letter. One that reached anybody, where an address stands for several, has arrived."""
    recipients = [block for block in blocks if block["Action"]]
    actions = {_header(block, "Action") for block in recipients}
    if not recipients:
        raise ForAPerson
    if len(actions) > 1 or not actions <= _KINDS.keys():
        return None
    return _KINDS[actions.pop()], _status(recipients[0])


def _status(recipient: Message) -> str:
    status = reports.status_in(_header(recipient, "Status"))
    if not status or status.endswith(".0.0"):
        # Exim gives 5.0.0 for every refusal, and what the other server said beside it.
        return reports.status_in(_header(recipient, "Diagnostic-Code")) or status
    return status


def _came_to(message: Message) -> Iterator[str]:
    for name in _CAME_TO:
        yield from (str(value)[:_LONGEST_HEAD] for value in message.get_all(name, [])[:_MOST_PARTS])


def _message_ids(message: Message) -> Iterator[str]:
    """Yield what the letter's own head, which comes back with the report, says of its name."""
    for part in _parts(message)[1:]:
        if part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            head = payload[:_LONGEST_HEAD].decode("ascii", "replace") if isinstance(payload, bytes) else ""
            yield _header(message_from_string(head), "Message-ID")
        elif part.get_content_maintype() == "message":
            yield from (_header(letter, "Message-ID") for letter in _parts(part)[:1])


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _header(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip().lower()
