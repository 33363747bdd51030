"""The one way out for letters: SMTP, on a connection that is kept for many.

What becomes of a letter is known but in one case: it was handed over whole, and the answer did not come. Then it is
``AnswerLost``, and nobody sends it again without a person's word. In every other trouble it was certainly not accepted.
"""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from re import ASCII
from re import compile as pattern
from typing import BinaryIO, cast
from urllib.parse import unquote, urlsplit

from django.conf import settings

from mail import addressing, composing, dkim_signing, message_ids
from mail.models import OutgoingEmail

_CONNECT_SECONDS = 20
# Servers that look through what they take are slow to answer. Four times this is less than what marks a letter uncertain.
_ANSWER_SECONDS = 60
_READY = 354
_LONGEST_REPLY = 8192
_GOES_AWAY = 421
# RFC 3463: the answer is about this mailbox (full, for example), not about us or the server.
_STATUS = pattern(rb"([245]\.\d{1,3}\.\d{1,3})\b", ASCII)
# 5xx to the recipient with a status that is about this address. Every other may be about us, what we write or the server:
# relays refuse with 5.7.1, and with nothing at all, whom they do not know as a sender.
ABOUT_THE_ADDRESS = r"5[0-9][0-9] 5\.(?:1\.(?:[1-6]|9|10)|2\.[0-9]{1,3}|4\.[14]) recipient refused"
_ABOUT_THE_ADDRESS = pattern(ABOUT_THE_ADDRESS)


class TemporaryFailure(Exception):
    """The letter was not accepted, but may be later (4xx, or the server is not there).

    ``is_mailbox``: the reason lies with this one mailbox; others of its domain may fare better. ``is_server``: it lies with
    our server or with us, and no letter to anybody would fare better.
    """

    def __init__(self, answer: str, *, is_mailbox: bool = False, is_server: bool = False) -> None:
        super().__init__(answer)
        self.is_mailbox = is_mailbox
        self.is_server = is_server


class PermanentFailure(Exception):
    """The mail server refuses the letter (5xx). Trying again as it is would change nothing."""


class AnswerLost(Exception):
    """The letter was handed over whole, but what the server said to it did not come. It may have been accepted."""


class Connection:
    """An open conversation with the mail server."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp
        self._answers = cast(BinaryIO, smtp.file)
        self._pipelines = smtp.has_extn("pipelining")
        self._takes_chunks = smtp.has_extn("chunking")
        self._takes_utf8 = smtp.has_extn("smtputf8")
        self.takes_8bit = smtp.has_extn("8bitmime")
        self.is_open = True
        self.accepted = 0

    def send(self, letter: OutgoingEmail) -> str:
        """Hand over one letter of the outbox and return the server's answer. Raises what ``hand_over`` raises."""
        try:
            to = addressing.as_sent(letter.recipient)
            return self._send(letter, to)
        except addressing.AddressRefused as error:
            raise PermanentFailure("no address that a letter can go to") from error
        except dkim_signing.KeyUnusable as error:
            raise TemporaryFailure("DKIM_KEY_FILE cannot be used", is_server=True) from error

    def _send(self, letter: OutgoingEmail, to: str) -> str:
        message = composing.compose(letter, to=to, is_8bit=self.takes_8bit and not dkim_signing.is_on())
        sender = message_ids.return_path(message_ids.LETTER, letter.pk)
        return self.hand_over(dkim_signing.signed(message), sender=sender, to=to, is_8bit=not message.isascii())

    def hand_over(self, message: bytes, *, sender: str, to: str, is_8bit: bool, has_dots: bool = True) -> str:
        """Hand over a whole message and return the server's answer.

        :param sender: the envelope's, to which it is sent back; :param to: as ``addressing.as_sent`` gives it
        :param has_dots: whether a line of it may begin with a dot
        :raises TemporaryFailure: if it was not accepted, and may be later; look whether the connection ``is_open``
        :raises PermanentFailure: if it was not accepted, and never will be
        :raises AnswerLost: if nobody can say
        """
        if not to.isascii() and not self._takes_utf8:
            raise PermanentFailure("the mail server takes no addresses beyond ASCII")
        try:
            self._open_letter(sender, to, is_8bit=is_8bit)
            # What raises here has not handed its last bytes to the network, and those are what ends a letter.
            self._smtp.send(self._on_the_wire(message, has_dots=has_dots))
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise TemporaryFailure(type(error).__name__, is_server=True) from error
        try:
            code, words = self._reply()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise AnswerLost(type(error).__name__) from error
        if code // 100 not in {2, 4, 5}:
            # Out of step, or no SMTP: whatever that was, it is not what becomes of the letter.
            self.close()
            raise AnswerLost(f"{code} is no answer to a letter")
        if code // 100 != 2:
            self._fail(code, words, "letter refused")
        self.accepted += 1
        return _answer(code, words)

    def _reply(self) -> tuple[int, bytes]:
        """Read one answer; of several lines the last counts. Quicker than smtplib's, which keeps them all."""
        line = b"000-"
        while line[3:4] == b"-":
            line = self._answers.readline(_LONGEST_REPLY)
        if not line.endswith(b"\n") or not line[:3].isdigit():
            raise smtplib.SMTPServerDisconnected("no answer")
        return int(line[:3]), line[4:]

    def close(self) -> None:
        self.is_open = False
        self._smtp.close()

    def quit(self) -> None:
        if self.is_open:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
            self.is_open = False

    def _open_letter(self, sender: str, to: str, *, is_8bit: bool) -> None:
        """Say from whom and to whom, until the server waits for the letter: in one go where it can (RFC 2920).

        The letter itself never goes along with that, though RFC 3030 would let it: on a connection that has just died it
        would be uncertain, and so it certainly was not accepted.
        """
        parameters = (" BODY=8BITMIME" if is_8bit else "") + ("" if to.isascii() else " SMTPUTF8")
        commands = [f"MAIL FROM:<{sender}>{parameters}\r\n", f"RCPT TO:<{to}>\r\n"]
        if not self._takes_chunks:
            commands.append("DATA\r\n")
        replies: list[tuple[int, bytes]] = []
        if self._pipelines:
            self._smtp.send("".join(commands).encode())
            replies = [self._reply() for _command in commands]
        else:
            for command in commands:
                self._smtp.send(command.encode())
                replies.append(self._reply())
                if replies[-1][0] // 100 not in {2, 3}:
                    break
        for (code, words), what in zip(
            replies, ["sender refused", "recipient refused", "letter refused"], strict=False
        ):
            if code // 100 not in {2, 3}:
                self._abandon(is_waiting=replies[-1][0] == _READY)
                self._fail(code, words, what)
        if not self._takes_chunks and replies[-1][0] != _READY:
            self.close()
            raise TemporaryFailure(f"{replies[-1][0]} is no answer to DATA", is_server=True)

    def _on_the_wire(self, message: bytes, *, has_dots: bool) -> bytes:
        """Return the message counted (RFC 3030), or with the dots of SMTP (RFC 5321, 4.5.2), and its end."""
        if not message.endswith(b"\r\n"):
            message += b"\r\n"
        if self._takes_chunks:
            return b"BDAT %d LAST\r\n" % len(message) + message
        if has_dots:
            message = (b"." if message.startswith(b".") else b"") + message.replace(b"\r\n.", b"\r\n..")
        return message + b".\r\n"

    def _abandon(self, *, is_waiting: bool) -> None:
        """Bring the conversation back to its beginning. A server that waits for a letter to nobody gets an empty one."""
        try:
            if is_waiting:
                self._smtp.send(b".\r\n")
                self._reply()
            self._smtp.send(b"RSET\r\n")
            code, _words = self._reply()
            if code // 100 != 2:
                self.close()
        except (smtplib.SMTPException, OSError):
            self.close()

    def _fail(self, code: int, words: bytes, what: str) -> None:
        """Raise what the answer means. 5xx to our own address is our trouble: no reader is refused for it."""
        if code == _GOES_AWAY:
            self.close()
        answer = _answer(code, words, what)
        if code // 100 == 5 and what != "sender refused":
            raise PermanentFailure(answer)
        is_server = code == _GOES_AWAY or what == "sender refused"
        raise TemporaryFailure(answer, is_mailbox=" 4.2." in answer, is_server=is_server)


def is_about_the_address(answer: str) -> bool:
    """Return whether a refusal says that this one address gets no letter, whoever writes whatever."""
    return _ABOUT_THE_ADDRESS.fullmatch(answer) is not None


@contextmanager
def connection() -> Iterator[Connection]:
    """Open a conversation with the server of EMAIL_URL for as long as the block lasts. Raises what ``connect`` raises."""
    server = connect()
    try:
        yield server
    finally:
        server.quit()


def connect() -> Connection:
    """Open a conversation with the server of EMAIL_URL: smtp://, smtps:// or smtp+starttls://.

    :raises TemporaryFailure: if the server cannot be reached
    """
    address = urlsplit(settings.EMAIL_URL)
    host = address.hostname or "localhost"
    # Named, or smtplib asks the DNS who we are.
    us = urlsplit(settings.SITE_URL).hostname
    try:
        smtp: smtplib.SMTP
        if address.scheme == "smtps":
            context = ssl.create_default_context()
            smtp = smtplib.SMTP_SSL(host, address.port or 465, us, timeout=_CONNECT_SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(host, address.port or 25, us, timeout=_CONNECT_SECONDS)
        if address.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if address.username:
            smtp.login(unquote(address.username), unquote(address.password or ""))
        smtp.ehlo_or_helo_if_needed()
        if smtp.sock:
            smtp.sock.settimeout(_ANSWER_SECONDS)
            # The end of a letter must not wait until its beginning was acknowledged.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFailure(type(error).__name__, is_server=True) from error
    return Connection(smtp)


def _answer(code: int, words: bytes, what: str = "") -> str:
    """Return the answer's numbers. Its words may hold an address."""
    status = _STATUS.match(words)
    return " ".join(filter(None, [str(code), status[1].decode() if status else "", what]))
