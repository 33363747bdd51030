"""What mail servers and services say of letters after they took them: kept once each, and an address that is dead suppressed.

Issues' letters are ``cms``'s, which draws its own conclusions from what is kept here (``taken_at``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core import sealing
from mail import addresses, message_ids, suppressing
from mail.models import MailReport, OutgoingEmail, Suppression

Kind = MailReport.Kind

# Where a report came from: the mailbox that letters come back to. Anybody can write there.
MAILBOX = "mailbox"
# Which codes (RFC 3463, and the IANA registry of enhanced status codes) say that the address itself is dead. The
# others that begin with a 5 are about us, the letter or that server today: a block list (5.7.1), a full mailbox (5.2.2).
# Exchange says 5.4.1 of recipients whom it does not know, Outlook 5.5.0; 5.0.0 is what Exim makes of every 550.
_DEAD = re.compile(r"5\.(?:0\.0|1\.(?:[0-46]|10)|2\.[01]|4\.[14]|5\.0)")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)", re.ASCII)


@dataclass(frozen=True)
class Said:
    """What was said of one letter.

    :ivar key: the same whenever the same is said again
    :ivar status: as RFC 3463 has it: 5.1.1; may be missing
    :ivar message_id: of the letter, if it was told and is ours
    :ivar email: whom it went to; only from who has proved to be our mail service, never from a mail
    :ivar source: webhook:postmark, or MAILBOX
    """

    key: str
    kind: MailReport.Kind
    status: str
    message_id: str
    email: str
    source: str


def is_dead(status: str) -> bool:
    """Return whether a status says that no letter will ever reach the address."""
    return _DEAD.fullmatch(status) is not None


def status_in(words: str) -> str:
    """Return the status in what a mail server said: ``550 5.1.1 no such user`` has 5.1.1."""
    found = _STATUS.search(words)
    return found[1] if found else ""


@transaction.atomic
def keep(said: Iterable[Said], *, at: datetime) -> int:
    """Keep each report once, and suppress the addresses whose letters will never arrive or were unwanted.

    What is said again changes nothing, also after a suppression was lifted.

    :returns: how many are new
    """
    by_key = {each.key: (each, _index(each)) for each in said}
    fresh = [by_key[key] for key in _insert(by_key.values(), at=at)]
    for report, _whose in fresh:
        _mark_letter(report)
    for report, index in sorted(fresh, key=lambda row: row[1] or b""):
        reason = reason_for(report.kind, report.status, source=report.source)
        if index is not None and reason is not None:
            suppressing.suppress(address_index=index, reason=reason, source=report.source, at=at)
    return len(fresh)


def reason_for(kind: str, status: str, *, source: str) -> Suppression.Reason | None:
    """Return why a report suppresses its address by itself; none if it takes more than one, or proves too little."""
    if kind == Kind.COMPLAINED and shuts_the_door(kind, source=source):
        return Suppression.Reason.COMPLAINED
    if kind == Kind.BOUNCED and is_dead(status):
        return Suppression.Reason.BOUNCED
    return None


def shuts_the_door(kind: str, *, source: str) -> bool:
    """Return whether an address is suppressed when its reader leaves for such a report.

    A complaint in the mailbox may be written by whoever was passed on a letter: its reader gets no more letters to many, but
    can ask for them again.
    """
    return kind != Kind.COMPLAINED or source != MAILBOX


# In one statement: a service that posts the same thing twice at once finds it there once.
_INSERT = """
    INSERT INTO mail_mailreport (key, kind, status, message_id, source, address_index, at)
    SELECT *, %(at)s FROM unnest(
        %(keys)s::text[], %(kinds)s::text[], %(statuses)s::text[], %(ids)s::text[], %(sources)s::text[], %(indexes)s::bytea[])
    ON CONFLICT (key) DO NOTHING RETURNING key
"""


def _insert(reports: Iterable[tuple[Said, bytes | None]], *, at: datetime) -> list[str]:
    # In the order of their keys, as addresses below: two that keep the same at once wait, but never in a ring.
    rows = sorted(reports, key=lambda row: row[0].key)
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "at": at,
                "keys": [report.key for report, _index in rows],
                "kinds": [report.kind.value for report, _index in rows],
                "statuses": [report.status for report, _index in rows],
                "ids": [report.message_id for report, _index in rows],
                "sources": [report.source for report, _index in rows],
                "indexes": [index for _report, index in rows],
            },
        )
        return sorted(key for (key,) in cursor.fetchall())


def _index(report: Said) -> bytes | None:
    """Return whom it is about: as the service says it, or as our own row of the letter does."""
    if report.email:
        return addresses.index_of(report.email)
    letter = _letter(report)
    if letter is None:
        return None
    try:
        return addresses.index_of(letter.recipient)
    except sealing.SealBroken:
        return None  # Whom it went to was erased since.


def _mark_letter(report: Said) -> None:
    """Show at the desk that a receipt or the like did not arrive, which its server had accepted."""
    letter = _letter(report)
    if letter is None or report.kind != Kind.BOUNCED:
        return
    arrived = [OutgoingEmail.State.SENT, OutgoingEmail.State.UNCERTAIN]
    OutgoingEmail.objects.filter(pk=letter.pk, state__in=arrived).update(
        state=OutgoingEmail.State.FAILED, last_answer=f"came back {report.status}".strip()
    )


def _letter(report: Said) -> OutgoingEmail | None:
    name = message_ids.read(report.message_id)
    if name is None or name.kind != message_ids.LETTER:
        return None
    return OutgoingEmail.objects.only("key", "recipient_sealed").filter(pk=name.number).first()
