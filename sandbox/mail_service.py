"""The mail service behind the mailbox: what it tells of a letter later, posted as Mailgun does, which names the letter.

https://documentation.mailgun.com/docs/mailgun/user-manual/tracking-messages/ has the shapes.
"""

import hashlib
import hmac
import http.client
import json
import secrets
import time
from typing import Any
from urllib.parse import urljoin, urlsplit

Json = dict[str, Any]

PATIENCE = 20
# What may happen to a letter, and the words of its button.
STORIES: dict[str, tuple[str, Json]] = {
    "gone": (
        "It comes back: no such address",
        {
            "event": "failed",
            "severity": "permanent",
            "delivery-status": {"code": 550, "message": "550 5.1.1 No such user"},
        },
    ),
    "full": (
        "It comes back: the mailbox is full",
        {
            "event": "failed",
            "severity": "permanent",
            "delivery-status": {"code": 552, "message": "552 5.2.2 Mailbox full"},
        },
    ),
    "late": (
        "It is late",
        {"event": "failed", "severity": "temporary", "delivery-status": {"code": 451, "message": "451 4.7.1 Later"}},
    ),
    "unwanted": ("Its reader calls it spam", {"event": "complained"}),
}


class MailService:
    """Posts to the address beside Stripe's, signed with the same secret."""

    def __init__(self, stripe_webhook: str, secret: str) -> None:
        self._address = urlsplit(urljoin(stripe_webhook, "../mail/"))
        self._secret = secret

    def tell(self, letter: Json, story: str) -> int | None:
        """Tell Liferaft what became of a letter; return the status of its answer, or None if there was none."""
        event = self.event(letter, story)
        make = http.client.HTTPSConnection if self._address.scheme == "https" else http.client.HTTPConnection
        connection = make(self._address.hostname or "", self._address.port, timeout=PATIENCE)
        try:
            connection.request("POST", self._address.path, json.dumps(event), {"Content-Type": "application/json"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def event(self, letter: Json, story: str) -> Json:
        """Return what is posted, signed."""
        timestamp, token = str(int(time.time())), secrets.token_hex(25)
        signature = hmac.new(self._secret.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
        named = next((value for name, value in letter["headers"] if name.lower() == "message-id"), "")
        about = {
            "id": secrets.token_hex(11),
            "timestamp": time.time(),
            "recipient": letter["to"][0],
            "message": {"headers": {"message-id": named.strip("<> "), "subject": letter["subject"]}},
        }
        return {
            "signature": {"timestamp": timestamp, "token": token, "signature": signature},
            "event-data": STORIES[story][1] | about,
        }
