"""Django's e-mail backend that queues: letters of libraries (sign-in, second factor) take the same way as ours."""

import uuid
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from core import clock
from mail import outbox


class OutboxBackend(BaseEmailBackend):
    """Puts each message into the outbox, once for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                html = next((str(body) for body, kind in message.alternatives if kind == "text/html"), "")
            for recipient in message.recipients():
                outbox.queue_ready(
                    key=f"library:{uuid.uuid4()}",
                    to=recipient,
                    subject=str(message.subject),
                    text=str(message.body),
                    html=html,
                    at=clock.now(),
                )
        return len(email_messages)
