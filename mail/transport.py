"""The one way out for letters: SMTP, on a connection that is kept for a batch."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from urllib.parse import unquote, urlsplit

from django.conf import settings

from mail.models import OutgoingEmail

_SECONDS = 20


class TemporaryFailure(Exception):
    """The mail server cannot take the letter now (4xx, or it is not there). Try later."""


class PermanentFailure(Exception):
    """The mail server refuses the letter (5xx). Trying again would change nothing."""


class Connection:
    """An open conversation with the mail server."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def send(self, letter: OutgoingEmail) -> str:
        """Hand over one letter and return the server's answer.

        :raises TemporaryFailure: if it may work later
        :raises PermanentFailure: if it never will
        """
        try:
            self._hand_over(compose(letter), letter.recipient)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (PermanentFailure if code >= 500 else TemporaryFailure)(f"{code} recipient refused") from error
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code
            raise (PermanentFailure if code >= 500 else TemporaryFailure)(f"{code} letter refused") from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(type(error).__name__) from error
        return "250"

    def _hand_over(self, message: EmailMessage, recipient: str) -> None:
        sender = parseaddr(settings.MAIL_FROM)[1]
        if recipient.isascii() and sender.isascii():
            # As bytes: smtplib's send_message writes ">From" where a line begins with "From".
            self._smtp.sendmail(sender, [recipient], message.as_bytes(policy=policy.SMTP))
        else:
            self._smtp.send_message(message, sender, [recipient])


@contextmanager
def connection() -> Iterator[Connection]:
    """Open a conversation with the server of EMAIL_URL: smtp://, smtps:// or smtp+starttls://.

    :raises TemporaryFailure: if the server cannot be reached
    """
    address = urlsplit(settings.EMAIL_URL)
    host = address.hostname or "localhost"
    try:
        smtp: smtplib.SMTP
        if address.scheme == "smtps":
            smtp = smtplib.SMTP_SSL(host, address.port or 465, timeout=_SECONDS, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(host, address.port or 25, timeout=_SECONDS)
        if address.scheme == "smtp+starttls":
            smtp.starttls(context=ssl.create_default_context())
        if address.username:
            smtp.login(unquote(address.username), unquote(address.password or ""))
    except (smtplib.SMTPException, OSError) as error:
        raise TemporaryFailure(type(error).__name__) from error
    try:
        yield Connection(smtp)
    finally:
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()


def compose(letter: OutgoingEmail) -> EmailMessage:
    """Return the MIME message: text, HTML beside it, attachments."""
    message = EmailMessage()
    message["Subject"] = letter.subject
    message["From"] = settings.MAIL_FROM
    message["To"] = letter.recipient
    message["Date"] = format_datetime(letter.queued_at)
    message["Message-ID"] = make_msgid(
        idstring=str(letter.pk), domain=parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2]
    )
    # RFC 3834: out-of-office programs do not answer what no person wrote.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments.all():
        maintype, _, subtype = attachment.content_type.partition("/")
        message.add_attachment(bytes(attachment.content), maintype=maintype, subtype=subtype, filename=attachment.name)
    # Last: setting the content clears what was said about it before.
    message["Content-Language"] = letter.language
    return message
