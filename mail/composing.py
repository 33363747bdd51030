"""A single letter of the outbox as a MIME message: text, HTML beside it, attachments."""

from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings

from mail import message_ids
from mail.models import OutgoingEmail


def compose(letter: OutgoingEmail, *, to: str, is_8bit: bool) -> bytes:
    """Return the whole message.

    :param to: its address as it goes on the wire
    :param is_8bit: whether it may have eight bits; else what needs them is encoded
    """
    message = EmailMessage(policy=policy.SMTP.clone(cte_type="8bit" if is_8bit else "7bit", utf8=not to.isascii()))
    message["Subject"] = letter.subject
    message["From"] = settings.MAIL_FROM
    message["To"] = to
    message["Date"] = format_datetime(letter.queued_at)
    message["Message-ID"] = message_ids.message_id(message_ids.LETTER, letter.pk)
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
    return message.as_bytes()
