"""The states of a request, which may follow which, and the fewer and softer words that the worker reads."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    DRAFT = "draft", _("being written")
    RECEIVED = "received", _("received")
    IN_REVIEW = "in_review", _("in review")
    NEEDS_INFO = "needs_info", _("question to the worker")
    EXPIRED = "expired", _("question not answered")
    ANSWERED = "answered", _("answered, no money asked for")
    RECOMMENDED_GRANT = "recommended_grant", _("recommended: grant")
    RECOMMENDED_DECLINE = "recommended_decline", _("recommended: decline")
    PARTLY_APPROVED = "partly_approved", _("approved by one, another is needed")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")
    APPEALED = "appealed", _("appealed")
    DECLINED_FINALLY = "declined_finally", _("declined after an appeal")
    PAID = "paid", _("paid")
    CONFIRMED = "confirmed", _("confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    JOINED = "joined", _("joined to another case")


S = Status
# The one table of what may follow what: the database's trigger (aid/guards.py), the tests and docs/aid-steps.md are
# made from it. From a recommended status a second person agrees or sends it back: a decline that the reviewer did not
# recommend would be one person's alone. From "approved" back to "recommended" goes what changed after the approval. Back
# to review go: a grant that turns out to be one person's second, above what their first left them; and money that came
# back and cannot simply be sent again.
_FOLLOWS: dict[Status, tuple[Status, ...]] = {
    S.DRAFT: (S.RECEIVED,),
    S.RECEIVED: (S.IN_REVIEW, S.JOINED, S.WITHDRAWN),
    S.IN_REVIEW: (
        S.NEEDS_INFO,
        S.ANSWERED,
        S.RECOMMENDED_GRANT,
        S.RECOMMENDED_DECLINE,
        S.JOINED,
        S.WITHDRAWN,
    ),
    S.NEEDS_INFO: (S.IN_REVIEW, S.EXPIRED, S.JOINED, S.WITHDRAWN),
    S.EXPIRED: (S.IN_REVIEW, S.WITHDRAWN),
    S.ANSWERED: (S.IN_REVIEW,),
    S.RECOMMENDED_GRANT: (S.PARTLY_APPROVED, S.APPROVED, S.IN_REVIEW, S.WITHDRAWN),
    S.PARTLY_APPROVED: (S.PARTLY_APPROVED, S.APPROVED, S.RECOMMENDED_GRANT, S.IN_REVIEW, S.WITHDRAWN),
    S.RECOMMENDED_DECLINE: (S.DECLINED, S.DECLINED_FINALLY, S.IN_REVIEW, S.WITHDRAWN),
    S.APPROVED: (S.PAID, S.RECOMMENDED_GRANT, S.IN_REVIEW, S.WITHDRAWN),
    S.PAID: (S.CONFIRMED, S.APPROVED, S.IN_REVIEW),
    S.DECLINED: (S.APPEALED,),
    S.APPEALED: (S.IN_REVIEW, S.WITHDRAWN),
    # As from a review, so that the page tells nobody which it is; and back, when it was not the same person after all.
    S.JOINED: (S.IN_REVIEW, S.WITHDRAWN),
}
ALLOWED: frozenset[tuple[Status, Status]] = frozenset(
    (before, after) for before, following in _FOLLOWS.items() for after in following
)

# Somebody is waiting for us. What waits for the worker (a question, an expired one) is not ours to be late with.
OPEN = frozenset(
    {
        Status.RECEIVED,
        Status.IN_REVIEW,
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.PARTLY_APPROVED,
        Status.APPROVED,
        Status.APPEALED,
    }
)
# Nothing more will come of these by themselves.
ENDED = frozenset(
    {
        Status.ANSWERED,
        Status.DECLINED,
        Status.DECLINED_FINALLY,
        Status.CONFIRMED,
        Status.WITHDRAWN,
        Status.EXPIRED,
        Status.JOINED,
    }
)

_PUBLIC: dict[Status, Promise] = {
    Status.DRAFT: _("Not sent yet"),
    Status.RECEIVED: _("Received"),
    Status.IN_REVIEW: _("Being looked at"),
    Status.NEEDS_INFO: _("We have a question for you"),
    Status.EXPIRED: _("Waiting for your answer"),
    Status.ANSWERED: _("Answered"),
    Status.RECOMMENDED_GRANT: _("Being looked at"),
    Status.RECOMMENDED_DECLINE: _("Being looked at"),
    Status.PARTLY_APPROVED: _("Being looked at"),
    Status.APPROVED: _("Approved"),
    Status.DECLINED: _("We cannot pay this one"),
    Status.APPEALED: _("Your appeal is received"),
    Status.DECLINED_FINALLY: _("We cannot pay this one"),
    Status.PAID: _("Payment sent"),
    Status.CONFIRMED: _("Done"),
    Status.WITHDRAWN: _("Withdrawn by you"),
    # Whoever typed somebody else's Worker ID must not learn from this page that there is another case.
    Status.JOINED: _("Being looked at"),
}

# Only these are worth a letter; the rest is read when the worker comes by. What comes with a message (a question, an
# answer, money that came back) has the message's letter.
NEWS = frozenset(
    {
        Status.EXPIRED,
        Status.APPROVED,
        Status.DECLINED,
        Status.DECLINED_FINALLY,
        Status.PAID,
    }
)


def public_words(status: str) -> str:
    """Return what the worker reads for a status."""
    return str(_PUBLIC[Status(status)])


def can_follow(before: str, after: str) -> bool:
    return (before, after) in ALLOWED


def may_be_withdrawn(status: str) -> bool:
    return can_follow(status, Status.WITHDRAWN)
