"""Mail that comes back, in the shapes of the servers that send it, and a small IMAP server to lay it into."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_HEAD = "From: Liferaft <post@example.org>\r\nTo: ann@mail.example\r\nSubject: Newsletter 27\r\nMessage-ID: {id}\r\n"


def postfix(message_id: str, *, status: str = "5.1.1", action: str = "failed", to: str = "post@example.org") -> bytes:
    return _mail(f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1B2C0.1793896434/mx.example.org"

This is a MIME-encapsulated message.

--4F1B2C0.1793896434/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--4F1B2C0.1793896434/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4F1B2C0
Arrival-Date: Thu,  5 Nov 2026 16:33:54 +0000 (UTC)

Final-Recipient: rfc822; victim@elsewhere.example
Original-Recipient: rfc822;victim@elsewhere.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.mail.example
Diagnostic-Code: smtp; 550 {status} <victim@elsewhere.example>: Recipient address rejected

--4F1B2C0.1793896434/mx.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{_HEAD.format(id=message_id)}
--4F1B2C0.1793896434/mx.example.org--
""")


def exim(message_id: str) -> bytes:
    return _mail(f"""\
Return-path: <>
X-Failed-Recipients: ann@mail.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example>
To: post@example.org
Content-Type: multipart/report; report-type=delivery-status; boundary=1793896434-eximdsn-804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1793896434-eximdsn-804289383
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered to one or more of its recipients.

--1793896434-eximdsn-804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mail.example

Action: failed
Final-Recipient: rfc822;ann@mail.example
Status: 5.0.0
Remote-MTA: dns; mx.mail.example
Diagnostic-Code: smtp; 550 5.7.1 Message rejected: network 203.0.113.7 is on a block list

--1793896434-eximdsn-804289383
Content-type: message/rfc822

{_HEAD.format(id=message_id)}Content-Type: multipart/alternative; boundary="eq"

--eq
Content-Type: text/plain

Hello
--eq--

--1793896434-eximdsn-804289383--
""")


def exchange(message_id: str) -> bytes:
    return _mail(f"""\
From: <postmaster@contoso.example>
To: <post@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="78b3e5f1-c7ee-4f3b-94ab-5c8aef3a3f09"
Content-Language: en-GB
Message-ID: <8d1-b3c@contoso.example>
In-Reply-To: {message_id}
References: {message_id}
Subject: Undeliverable: Newsletter 27
Auto-Submitted: auto-replied

--78b3e5f1-c7ee-4f3b-94ab-5c8aef3a3f09
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="31d3a6a5-5c34-4bb7-8b5c-9d8d0e8f5f4c"

--31d3a6a5-5c34-4bb7-8b5c-9d8d0e8f5f4c
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message wasn't delivered.</p></body></html>

--31d3a6a5-5c34-4bb7-8b5c-9d8d0e8f5f4c--

--78b3e5f1-c7ee-4f3b-94ab-5c8aef3a3f09
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01MB1234.contoso.example
Received-From-MTA: dns;mx.example.org
Arrival-Date: Thu, 5 Nov 2026 16:33:54 +0000

Final-Recipient: rfc822;ann@contoso.example
Action: failed
Status: 5.4.1
Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied.
X-Display-Name: Ann

--78b3e5f1-c7ee-4f3b-94ab-5c8aef3a3f09--
""")


def gmail(message_id: str) -> bytes:
    return _mail(f"""\
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: post@example.org
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <another@mail.example>
Message-ID: <65f.1c0a8d9.1@mx.google.com>
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000a1b2c3061b"; report-type=delivery-status

--000000000000a1b2c3061b
Content-Type: multipart/related; boundary="000000000000a1b2d0061c"

--000000000000a1b2d0061c
Content-Type: text/plain; charset="UTF-8"

** Address not found **
--000000000000a1b2d0061c
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--000000000000a1b2d0061c--
--000000000000a1b2c3061b
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; post@example.org
Arrival-Date: Thu, 05 Nov 2026 08:33:54 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; ann@gmail.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (the server for the domain gmail.example.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.

--000000000000a1b2c3061b
Content-Type: message/rfc822

{_HEAD.format(id=message_id)}Date: Thu, 5 Nov 2026 16:33:50 +0000

Hello
--000000000000a1b2c3061b--
""")


def complaint(message_id: str, *, kind: str = "abuse") -> bytes:
    return _mail(f"""\
From: <abusedesk@mail.example>
To: <post@example.org>
Subject: FW: Newsletter 27
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <redacted@mail.example>

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822

{_HEAD.format(id=message_id)}
Hello
--part1_13d.2e68ed54_boundary--
""")


def nested(depth: int) -> bytes:
    """Letters in letters in letters."""
    head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b{0}\r\n\r\n--b{0}\r\n"
    return "".join(head.format(level) for level in range(depth)).encode()


def _mail(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


class Mailbox:
    """What lies in the folder, by UID, and what is flagged."""

    def __init__(self, mails: list[bytes]) -> None:
        self.mails = dict(enumerate(mails, start=101))
        self.flags: dict[int, set[str]] = {uid: set() for uid in self.mails}
        self.port = 0
        self.expunges = True


@contextmanager
def imap(*mails: bytes) -> Iterator[Mailbox]:
    """Serve a folder over a real socket: as much of RFC 3501 as the reader of bounces needs."""
    mailbox = Mailbox(list(mails))

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _, command = line.decode().strip().partition(" ")
                for answer in _answers(mailbox, command):
                    self.wfile.write(answer + b"\r\n")
                is_known = command != 'LOGIN bounces "wrong"'
                self.wfile.write(f"{tag} {'OK done' if is_known else 'NO bounces: who is that?'}\r\n".encode())
                if command == "LOGOUT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        mailbox.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield mailbox
        server.shutdown()


def _answers(mailbox: Mailbox, command: str) -> Iterator[bytes]:
    if command == "CAPABILITY":
        yield b"* CAPABILITY IMAP4rev1"
    elif command.startswith("SELECT"):
        yield b"* %d EXISTS" % len(mailbox.mails)
    elif command == "UID SEARCH UNFLAGGED UNDELETED":
        fresh = [str(uid) for uid in mailbox.mails if not mailbox.flags[uid]]
        yield f"* SEARCH {' '.join(fresh)}".encode()
    elif found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
        mail = mailbox.mails[int(found[1])][: int(found[2])]
        yield b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)" % (found[1].encode(), len(mail), mail)
    elif found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \((\\\w+)\)", command):
        mailbox.flags[int(found[1])].add(found[2])
    elif command == "EXPUNGE" and mailbox.expunges:
        for uid in [uid for uid in mailbox.mails if r"\Deleted" in mailbox.flags[uid]]:
            del mailbox.mails[uid]
