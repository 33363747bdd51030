"""The mailbox: takes every letter by real SMTP and keeps it as it came."""

import email
import email.policy
import sqlite3
import threading
import time
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.concurrency import run_in_threadpool

Json = dict[str, Any]

LARGEST_LETTER = 32 * 1024 * 1024

SCHEMA = """
CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at REAL NOT NULL,
    sender TEXT NOT NULL, recipients TEXT NOT NULL, raw BLOB NOT NULL
);
"""


class Mailbox:
    """Letters in a SQLite file of their own, so that mail never waits for Stripe."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    def take(self, sender: str, recipients: list[str], raw: bytes) -> None:
        with self._lock:
            self._connection.execute(
                "INSERT INTO letters (received_at, sender, recipients, raw) VALUES (?, ?, ?, ?)",
                (time.time(), sender, ",".join(recipients), raw),
            )

    def letters(self, *, limit: int = 1000, to: str = "") -> list[Json]:
        """The latest letters, newest first.

        :param to: only those to this address
        """
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, received_at, sender, recipients, raw FROM letters"
                " WHERE ? = '' OR ',' || lower(recipients) || ',' LIKE '%,' || ? || ',%' ORDER BY id DESC LIMIT ?",
                (to, to.lower(), limit),
            ).fetchall()
        return [_read(row) for row in rows]

    def letter(self, identifier: int) -> Json | None:
        row = self._row(identifier)
        return _read(row) if row else None

    def raw(self, identifier: int) -> bytes | None:
        row = self._row(identifier)
        return bytes(row[4]) if row else None

    def attachment(self, identifier: int, number: int) -> tuple[str, str, bytes] | None:
        """Name, type and content of one attachment; they are counted from 0."""
        row = self._row(identifier)
        parts = _attachments(_parse(row[4])) if row else []
        if not 0 <= number < len(parts):
            return None
        part = parts[number]
        return part.get_filename() or f"attachment-{number}", part.get_content_type(), _content(part)

    def empty(self) -> int:
        with self._lock:
            return self._connection.execute("DELETE FROM letters").rowcount

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _row(self, identifier: int) -> tuple[int, float, str, str, bytes] | None:
        with self._lock:
            row: tuple[int, float, str, str, bytes] | None = self._connection.execute(
                "SELECT id, received_at, sender, recipients, raw FROM letters WHERE id = ?", (identifier,)
            ).fetchone()
        return row


def _parse(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)


def _attachments(letter: EmailMessage) -> list[MIMEPart]:
    # A part with a name is worth showing even when the letter lists it among its alternatives.
    return [part for part in letter.walk() if part.is_attachment() or (part.get_filename() and part is not letter)]


def _content(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()


def _text(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body(preferencelist=(kind,))
    if body is None:
        return ""
    charset = body.get_content_charset("utf-8")
    content = _content(body)
    try:
        return content.decode(charset, "replace").replace("\r\n", "\n")
    except LookupError:  # a character set that nobody knows
        return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _read(row: tuple[int, float, str, str, bytes]) -> Json:
    identifier, received_at, sender, recipients, raw = row
    letter = _parse(raw)
    attachments = [
        {
            "name": part.get_filename() or f"attachment-{number}",
            "type": part.get_content_type(),
            "size": len(_content(part)),
            "url": f"/_/mailbox/{identifier}/{number}",
        }
        for number, part in enumerate(_attachments(letter))
    ]
    return {
        "id": identifier,
        "received_at": received_at,
        "envelope_from": sender,
        "to": recipients.split(","),
        "from": str(letter.get("From", "")),
        "subject": str(letter.get("Subject", "")),
        "date": str(letter.get("Date", "")),
        "headers": [[name, str(value)] for name, value in letter.items()],
        "text": _text(letter, "plain"),
        "html": _text(letter, "html"),
        "attachments": attachments,
    }


class Doorman:
    """What aiosmtpd asks when a letter comes."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (its name)
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        await run_in_threadpool(self._mailbox.take, envelope.mail_from or "", envelope.rcpt_tos, raw)
        return "250 Kept in the sandbox; nothing leaves this machine"


def smtp_server(mailbox: Mailbox) -> SMTP:
    """One SMTP conversation."""
    return SMTP(
        Doorman(mailbox),
        data_size_limit=LARGEST_LETTER,
        enable_SMTPUTF8=True,
        hostname="sandbox.localhost",
        ident="Liferaft sandbox",
    )
