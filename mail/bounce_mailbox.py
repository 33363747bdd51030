"""The mailbox that letters come back to: read by IMAP, report by report.

What was understood is kept as a report and deleted; a crash in between has it read again, which changes nothing. What
is for a person is flagged and stays.
"""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.cache import caches
from django.utils.timezone import now as wall_clock

from core import clock
from mail import message_ids, reports, returned

_EVERY = timedelta(minutes=5)
_SLICE = timedelta(seconds=25)
_SECONDS = 15
# A report begins with what it says, and ends with the letter, of which the head is enough.
_MOST_BYTES = 256 * 1024
_TURN = "mail.bounce_mailbox.turn"
_LAST = "mail.bounce_mailbox.last"


class MailboxClosed(Exception):
    """The mailbox of bounces cannot be opened or read now. Says of which kind the trouble is, and nothing else."""


@dataclass(frozen=True)
class Look:
    """What the last look into the mailbox found. ``trouble``: why it could not be read; empty if it could."""

    at: datetime
    reports: int = 0
    for_a_person: int = 0
    trouble: str = ""


def sweep() -> None:
    """Look into the mailbox, if there is one and it is time: one worker, every five minutes by the wall clock."""
    if settings.BOUNCE_MAILBOX_URL and caches["shared"].add(_TURN, value=True, timeout=_EVERY.total_seconds()):
        look(at=clock.now())


def last_look() -> Look | None:
    found = caches["shared"].get(_LAST)
    return Look(*found) if found else None


def look(*, at: datetime) -> Look:
    """Read what came back, and keep what it says. What is left over is for the next look.

    :raises MailboxClosed: if the mailbox cannot be read
    """
    count = {True: 0, False: 0}
    try:
        with _opened() as mailbox:
            until = wall_clock() + _SLICE
            for uid in _new(mailbox):
                if wall_clock() > until:
                    break
                count[_handle(mailbox, uid, at=at)] += 1
            mailbox.expunge()
    except (imaplib.IMAP4.error, OSError) as error:
        trouble = type(error).__name__
        _note(Look(at, count[True], count[False], trouble))
        # Servers like to repeat what they were told: the user's name.
        raise MailboxClosed(trouble) from None
    seen = Look(at, count[True], count[False])
    _note(seen)
    return seen


def _note(seen: Look) -> None:
    caches["shared"].set(_LAST, astuple(seen), timeout=None)


def _handle(mailbox: imaplib.IMAP4, uid: str, *, at: datetime) -> bool:
    """Keep what one mail says and delete it, or flag it; return whether it was a report."""
    mail = _fetch(mailbox, uid)
    try:
        said = returned.read(mail)
    except returned.ForAPerson:
        mailbox.uid("STORE", uid, "+FLAGS.SILENT", r"(\Flagged)")
        return False
    if said:
        # A letter comes back once; told again it is the same.
        report = reports.Said(
            key=f"{reports.MAILBOX}:{said.kind}:{said.name.kind}.{said.name.number}",
            kind=said.kind,
            status=said.status,
            message_id=message_ids.message_id(*said.name),
            email="",
            source=reports.MAILBOX,
        )
        reports.keep([report], at=at)
    mailbox.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")
    return True


def _new(mailbox: imaplib.IMAP4) -> list[str]:
    _ok, found = mailbox.uid("SEARCH", "UNFLAGGED", "UNDELETED")
    return found[0].decode("ascii", "replace").split() if found and found[0] else []


def _fetch(mailbox: imaplib.IMAP4, uid: str) -> bytes:
    ok, answer = mailbox.uid("FETCH", uid, f"(BODY.PEEK[]<0.{_MOST_BYTES}>)")
    if ok != "OK":
        raise imaplib.IMAP4.error("refused")
    return next((bytes(part[1]) for part in answer if isinstance(part, tuple)), b"")


@contextmanager
def _opened() -> Iterator[imaplib.IMAP4]:
    address = urlsplit(settings.BOUNCE_MAILBOX_URL)
    host = address.hostname or "localhost"
    mailbox: imaplib.IMAP4
    if address.scheme == "imaps":
        context = ssl.create_default_context()
        mailbox = imaplib.IMAP4_SSL(host, address.port or 993, ssl_context=context, timeout=_SECONDS)
    else:
        mailbox = imaplib.IMAP4(host, address.port or 143, timeout=_SECONDS)
    try:
        mailbox.login(unquote(address.username or ""), unquote(address.password or ""))
        folder = unquote(address.path.strip("/")) or "INBOX"
        ok, _messages = mailbox.select('"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"')
        if ok != "OK":
            raise imaplib.IMAP4.error("no such folder")
        yield mailbox
    finally:
        try:
            mailbox.logout()
        except (imaplib.IMAP4.error, OSError):
            mailbox.shutdown()
