"""All that belongs to one case, taken from the database at once.

A page of a case shows rows of a dozen tables. They come as JSON beside the request, in one query, and are records again
here. Nothing is unsealed: what a person may read is for the page to say.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BinaryField, CharField, F, Func, Model, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from aid import access, conflicts, signs
from aid.desk.forms import REVIEWERS
from aid.models import (
    AidRequest,
    AnswerTemplate,
    Attachment,
    CaseEvent,
    Decision,
    Disbursement,
    DisbursementAttempt,
    Hold,
    Match,
    Message,
    Note,
    PolicyBand,
    Reinstatement,
    Reveal,
    Review,
)
from organisation.models import AuditEvent, User

Record = TypeVar("Record", bound=Model)
NOT_RECORDED = "aid.payment_not_recorded"


@dataclass(frozen=True)
class Dossier:
    """One request and what belongs to it. Lists are in order of time.

    ``names``: of everybody who appears in it, by their key.
    """

    request: AidRequest
    events: list[CaseEvent]
    reveals: list[Reveal]
    holds: list[Hold]
    messages: list[Message]
    notes: list[Note]
    reviews: list[Review]
    decisions: list[Decision]
    bands: list[PolicyBand]
    granted: list[Disbursement]
    attempts: list[DisbursementAttempt]
    reinstatements: list[Reinstatement]
    templates: list[AnswerTemplate]
    colleagues: list[User]
    attachments: list[Attachment]
    matches: list[Match]
    not_recorded: list[AuditEvent]
    names: dict[int, str]

    def part_of(self, user: User) -> str:
        """Return which part this person has had: "earlier" (before an appeal), "reviewer", "decider", "payer" or ""."""
        rounds = {review.pk: review.round for review in self.reviews}
        parts = [(review.round, "reviewer") for review in self.reviews if review.reviewer_id == user.pk]
        parts += [(rounds[one.review_id], "decider") for one in self.decisions if one.decider_id == user.pk]
        if any(number < self.request.round for number, _part in parts):
            return "earlier"
        parts += [(self.request.round, "payer") for one in self.attempts if one.recorded_by_id == user.pk]
        return parts[0][1] if parts else ""

    @property
    def live(self) -> Disbursement | None:
        """What is set aside or was paid for the request."""
        own = [one for one in self.granted if one.request_id == self.request.pk]
        return own[-1] if own else None

    @property
    def newest_review(self) -> Review | None:
        return self.reviews[-1] if self.reviews else None


def of(user: User, pk: uuid.UUID) -> Dossier | None:
    """Return the dossier of a request that this person may see; none if they may not, or there is none. One query."""
    rows = signs.beside(access.visible_to(user), user).select_related("policy", "appeal")
    found = rows.annotate(**{f"{name}_rows": part for name, part in _parts(user).items()}).filter(pk=pk).first()
    if found is None:
        return None
    if found.policy:
        found.policy.fund = found.fund
    parts: dict[str, Any] = {name: _built(model, getattr(found, f"{name}_rows")) for name, model in _MODELS.items()}
    for review in parts["reviews"]:
        review.request = found
    return Dossier(request=found, names=_names(getattr(found, f"{name}_rows") for name in _MODELS), **parts)


_MODELS: dict[str, type[Model]] = {
    "events": CaseEvent,
    "reveals": Reveal,
    "holds": Hold,
    "messages": Message,
    "notes": Note,
    "reviews": Review,
    "decisions": Decision,
    "bands": PolicyBand,
    "granted": Disbursement,
    "attempts": DisbursementAttempt,
    "reinstatements": Reinstatement,
    "templates": AnswerTemplate,
    "colleagues": User,
    "attachments": Attachment,
    "matches": Match,
    "not_recorded": AuditEvent,
}


def _parts(user: User) -> dict[str, ArraySubquery]:
    of_request, of_case = {"request": OuterRef("pk")}, {"case": OuterRef("case")}
    of_person = Disbursement.objects.filter(
        request__case__person=OuterRef("case__person"), currency=OuterRef("currency"), ended_at__isnull=True
    )
    own_attempts = DisbursementAttempt.objects.filter(disbursement__request=OuterRef("pk"))
    hidden = conflicts.cases_of(user)
    answered = Match.objects.filter(Q(first=OuterRef("case")) | Q(second=OuterRef("case")))
    answered = answered.exclude(first__in=hidden).exclude(second__in=hidden)
    offered = AnswerTemplate.objects.filter(language=OuterRef("case__language"), is_shown=True)
    return {
        "events": _rows(CaseEvent.objects.filter(**of_request).order_by("version"), "version", "to_status", "at"),
        "reveals": _rows(Reveal.objects.filter(**of_case).order_by("at"), "detail", "reason", "by_id", "at"),
        "holds": _rows(Hold.objects.filter(**of_request).order_by("at"), *_HOLD),
        "messages": _rows(Message.objects.filter(**of_case).order_by("at"), *_MESSAGE),
        "notes": _rows(Note.objects.filter(**of_case).order_by("at"), "id", "author_id", "body_sealed", "at"),
        "reviews": _rows(Review.objects.filter(**of_request).order_by("version"), *_REVIEW),
        "decisions": _rows(Decision.objects.filter(review__request=OuterRef("pk")).order_by("at"), *_DECISION),
        "bands": _rows(PolicyBand.objects.filter(policy=OuterRef("policy")), "up_to_minor", "approvals"),
        "granted": _rows(of_person.order_by("made_at"), "id", "request_id", "amount_minor", "currency", "made_at"),
        "attempts": _rows(own_attempts.order_by("number"), *_ATTEMPT),
        "reinstatements": _rows(Reinstatement.objects.filter(**of_case).order_by("at"), "outcome", "on", "at"),
        "templates": _rows(offered.order_by("title"), "id", "title", "body"),
        "attachments": _rows(Attachment.objects.filter(**of_case).order_by("at", "pk"), *_ATTACHMENT),
        "matches": _rows(answered.order_by("at"), "first_id", "second_id", "is_same", "by_id", "at", "undone_at"),
        "not_recorded": _not_recorded(),
        "colleagues": _rows(REVIEWERS, "id", "name", "username"),
    }


_HOLD = ("id", "reason", "note_sealed", "by_id", "at", "until", "lifted_at")
_MESSAGE = ("id", "sender", "author_id", "is_question", "body_sealed", "at", "seen_at")
_REVIEW = (
    "id",
    "version",
    "round",
    "reviewer_id",
    "recommendation",
    "amount_minor",
    "approvals_needed",
    "reason",
    "note_sealed",
    "at",
)
_DECISION = ("id", "review_id", "decider_id", "outcome", "amount_minor", "revision", "note_sealed", "at")
_ATTEMPT = ("id", "number", "state", "method", "amount_minor", "sent_on", "recorded_by_id", "fail_reason")
_ATTACHMENT = ("id", "kind", "size", "state", "at", "gone_at")
_PEOPLE = ("by", "author", "reviewer", "decider", "recorded_by")


def _not_recorded() -> ArraySubquery:
    """Return who wanted to record a payment, and when, while the request was not to be paid any more."""
    events = AuditEvent.objects.filter(
        object_type=AidRequest._meta.label, object_id=Cast(OuterRef("pk"), CharField()), action=NOT_RECORDED
    )
    name = User.objects.filter(pk=OuterRef("actor_id")).values(said=Coalesce(NullIf("name", Value("")), "username"))
    return ArraySubquery(
        events.order_by("position").values(row=JSONObject(at="at", actor_id="actor_id", actor_name=Subquery(name)))
    )


def _rows(rows: QuerySet[Any], *columns: str) -> ArraySubquery:
    """Return the rows as JSON, with the names of the people in them."""
    wanted: dict[str, Any] = {name: _plain(rows.model, name) for name in columns}
    for person in _PEOPLE:
        if f"{person}_id" in columns:
            wanted[f"{person}_name"] = Coalesce(NullIf(f"{person}__name", Value("")), f"{person}__username")
    return ArraySubquery(rows.values(row=JSONObject(**wanted)))


def _plain(model: type[Model], name: str) -> Any:
    if isinstance(model._meta.get_field(name), BinaryField):
        return Func(F(name), Value("base64"), function="encode", output_field=TextField())
    return F(name)


def _built(model: type[Record], rows: Iterable[Mapping[str, Any]]) -> list[Record]:
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return [
        model(**{name: columns[name].to_python(value) for name, value in row.items() if name in columns})
        for row in rows
    ]


def _names(parts: Iterable[list[Mapping[str, Any]]]) -> dict[int, str]:
    return {
        row[f"{person}_id"]: row[f"{person}_name"]
        for rows in parts
        for row in rows
        for person in (*_PEOPLE, "actor")
        if row.get(f"{person}_id")
    }
