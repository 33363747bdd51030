"""A test of a letter: to a few addresses that somebody types, marked as a test, with a way to leave that leads nowhere."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from cms.letter.rendering import Letter
from cms.models import NewsletterIssuePage
from cms.sending import variants
from core import sealing, throttle
from mail import outbox
from organisation import audit
from organisation.models import User

MARK = "[Test]"
MOST = 5
_TRIALS_AN_HOUR, _HOUR = 10, 60 * 60
# Stands where a reader's own token would. It is nobody's.
NOBODYS = "this-is-a-test"


class TooMany(Exception):
    """A test goes to a few people, not to readers."""


class TooOften(Exception):
    """One person tested a letter ten times within the hour."""


def letter(issue: NewsletterIssuePage, *, language: str, token: str = NOBODYS) -> Letter:
    """Make the letter as a reader of this language gets it, with ``token`` where their own would stand."""
    return variants.letter(issue, language=language, token=token)


@transaction.atomic
def send(*, issue: NewsletterIssuePage, to: Iterable[str], language: str, by: User, at: datetime) -> int:
    """Queue a test letter to each address. How many there were is noted, not whose: that would outlive an erased reader.

    :raises TooMany: if there are more than five addresses
    :raises TooOften: if this person tested a letter ten times within the hour
    :returns: how many letters were queued
    """
    addresses = list(dict.fromkeys(to))
    if len(addresses) > MOST:
        raise TooMany
    if not throttle.allow("cms.trial", str(by.pk), limit=_TRIALS_AN_HOUR, seconds=_HOUR):
        raise TooOften
    made = letter(issue, language=language)
    for address in addresses:
        digest = sealing.blind_index(address, purpose="cms.trial").hex()[:16]
        outbox.queue_ready(
            key=f"newsletter_test:{issue.pk}:{at.timestamp():.6f}:{digest}",
            to=address,
            subject=f"{MARK} {made.subject}",
            text=made.text,
            html=made.html,
            language=language,
            at=at,
        )
    audit.record(actor=by, action="cms.letter_tried", subject=issue, reason=str(len(addresses)), at=at)
    return len(addresses)
