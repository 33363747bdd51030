"""The states of a request, which may follow which, and the fewer and softer words that the worker reads."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("being written")
    RECEIVED = "received", _("received")
    IN_REVIEW = "in_review", _("in review")
    RECOMMENDED_GRANT = "recommended_grant", _("recommended: grant")
    RECOMMENDED_DECLINE = "recommended_decline", _("recommended: decline")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    PAID = "paid", _("paid")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")


# The database holds the same pairs (aid/guards.py). From a recommended status a second person agrees or sends it
# back: a decline that the reviewer did not recommend would be one person's alone.
ALLOWED: frozenset[tuple[Status, Status]] = frozenset(
    {
        (Status.DRAFT, Status.RECEIVED),
        (Status.RECEIVED, Status.IN_REVIEW),
        (Status.IN_REVIEW, Status.RECOMMENDED_GRANT),
        (Status.IN_REVIEW, Status.RECOMMENDED_DECLINE),
        (Status.RECOMMENDED_GRANT, Status.APPROVED),
        (Status.RECOMMENDED_GRANT, Status.IN_REVIEW),
        (Status.RECOMMENDED_DECLINE, Status.DECLINED),
        (Status.RECOMMENDED_DECLINE, Status.IN_REVIEW),
        (Status.APPROVED, Status.PAID),
        (Status.PAID, Status.CONFIRMED),
        (Status.RECEIVED, Status.WITHDRAWN),
        (Status.IN_REVIEW, Status.WITHDRAWN),
        (Status.RECOMMENDED_GRANT, Status.WITHDRAWN),
        (Status.RECOMMENDED_DECLINE, Status.WITHDRAWN),
        (Status.APPROVED, Status.WITHDRAWN),
    }
)

OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.IN_REVIEW,
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.APPROVED,
    }
)

_PUBLIC: dict[Status, Promise] = {
    Status.DRAFT: _("Not sent yet"),
    Status.RECEIVED: _("Received"),
    Status.IN_REVIEW: _("Being looked at"),
    Status.RECOMMENDED_GRANT: _("Being looked at"),
    Status.RECOMMENDED_DECLINE: _("Being looked at"),
    Status.APPROVED: _("Approved"),
    Status.DECLINED: _("We cannot pay this one"),
    Status.PAID: _("Payment sent"),
    Status.CONFIRMED: _("Done"),
    Status.WITHDRAWN: _("Withdrawn by you"),
}

# Only these are worth a letter; the rest is read when the worker comes by.
NEWS = frozenset({Status.APPROVED, Status.DECLINED, Status.PAID})


def public_words(status: str) -> str:
    """Return what the worker reads for a status."""
    return str(_PUBLIC[Status(status)])


def can_follow(before: str, after: str) -> bool:
    return (before, after) in ALLOWED


def may_be_withdrawn(status: str) -> bool:
    return can_follow(status, Status.WITHDRAWN)
