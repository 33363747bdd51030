"""What is worth a second look. Signs advise a reviewer and decide nothing: each says how it can be wrong.

None is about being new, poor, or sharing a connection, a device or a household: a worker was suspended for sharing Wi-Fi
with her son. No sign is a reason to decline or to hold, and none is shown to who decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from aid import conflicts
from aid.models import AidRequest, Match
from aid.statuses import Status
from organisation.models import AuditEvent, User

# A slip of the finger makes one change, and its correction another.
_MANY_CHANGES = 3
SHARED = ("worker_id", "email", "pay_to")


@dataclass(frozen=True)
class Sign:
    """``slug`` names it, ``says`` is what is to be seen, ``but`` how it can be wrong."""

    slug: str
    says: str | Promise
    but: str | Promise


def beside(rows: QuerySet[AidRequest], user: User) -> QuerySet[AidRequest]:
    """Put beside each request what its signs are made from, without cases that are out of this person's sight."""
    others = (
        AidRequest.objects.filter(case__person__isnull=False)
        .exclude(case__person=OuterRef("case__person"))
        .exclude(case__in=conflicts.cases_of(user))
        .order_by()
    )
    changes = AuditEvent.objects.filter(
        object_type=AidRequest._meta.label,
        object_id=Cast(OuterRef("pk"), CharField()),
        action="aid.payment_changed",
    ).order_by()
    return alike_beside(rows, user).annotate(
        same_story=_count(others.filter(story_index=OuterRef("story_index"))),
        same_requester=_count(others.filter(case__requester_index=OuterRef("case__requester_index"))),
        payment_changes=_count(changes),
        payment_changed_at=Subquery(changes.order_by("-at").values("at")[:1]),
    )


def alike_beside(rows: QuerySet[AidRequest], user: User) -> QuerySet[AidRequest]:
    """Put beside each request those that look like it and about which nobody has said yet whether they are one person's.

    The rule is that of ``joining.alike``. What this person knows the worker of, they do not see here either.
    """
    answered = Match.objects.filter(
        Q(first=OuterRef("case"), second=OuterRef(OuterRef("case")))
        | Q(second=OuterRef("case"), first=OuterRef(OuterRef("case")))
    )
    others = (
        AidRequest.objects.filter(~Exists(answered), case__person__isnull=False)
        .exclude(status=Status.DRAFT)
        .exclude(case__person=OuterRef("case__person"))
        .exclude(case__in=conflicts.cases_of(user))
        .order_by("submitted_at")
        .values(
            row=JSONObject(pk="pk", case_id="case_id", status="status", kind="case__kind", submitted_at="submitted_at")
        )
    )
    return rows.annotate(
        like_worker_id=ArraySubquery(others.filter(case__worker_id_index=OuterRef("case__worker_id_index"))),
        like_email=ArraySubquery(others.filter(case__email_index=OuterRef("case__email_index"))),
        like_pay_to=ArraySubquery(others.filter(pay_to_index=OuterRef("pay_to_index"))),
    )


def of(request: AidRequest) -> Iterator[Sign]:
    """Yield the signs of a request that came with what ``beside`` puts there."""
    if request.same_story:  # type: ignore[attr-defined]  # put there by ``beside``
        yield Sign(
            "same_story",
            _("The story of another person has the same words."),
            _("Workers help each other to write, and groups pass texts on."),
        )
    rules = request.policy
    if rules and request.amount_minor and request.amount_minor >= rules.max_per_request_minor:
        yield Sign(
            "amount_at_most",
            _("The amount is the most that may be asked for."),
            _("The form names it, and rent is often more than that."),
        )
    if request.payment_changes >= _MANY_CHANGES:  # type: ignore[attr-defined]  # see above
        yield Sign(
            "payment_changes",
            _("The payment details were changed several times."),
            _("Who loses an income loses accounts, and a slip needs correcting."),
        )
    if request.same_requester:  # type: ignore[attr-defined]  # see above
        yield Sign(
            "same_requester",
            _("Other people report the same requester."),
            _("That says something about the requester, if anything, and nothing about the worker."),
        )


def _count(rows: QuerySet[AidRequest] | QuerySet[AuditEvent]) -> Coalesce:
    counted = rows.annotate(all=Value(1)).values("all").annotate(number=Count("pk")).values("number")
    return Coalesce(counted, 0, output_field=IntegerField())
