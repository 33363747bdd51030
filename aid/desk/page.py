"""The page of a case: everything needed to decide and nothing more. Identity stays closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from moneyed import Money

from aid import access, holding, opening, policy, signs
from aid.answers import Kind, Need
from aid.desk import files
from aid.desk.dossier import Dossier
from aid.desk.forms import HandOverForm, OpenForm
from aid.desk.steps import STEPS, Step
from aid.holds import can_be_lifted
from aid.models import AidRequest, Decision, DisbursementAttempt, Hold, Message
from aid.reasons import Detail
from aid.statuses import OPEN, Status
from core.clock import now
from core.money import currency_of, from_minor
from ledger import balances
from organisation import screen
from organisation.models import User
from organisation.permissions import Permission
from organisation.staff import member

_PARTS = {
    "reviewer": gettext_lazy("You have reviewed this request. Deciding and paying are for two other people."),
    "decider": gettext_lazy("You have decided on this request. Reviewing and paying are for two other people."),
    "payer": gettext_lazy("You have paid this request."),
    "earlier": gettext_lazy("You had a part in it before the appeal. Now other people look at it."),
    "approved": gettext_lazy("You approved this; another person is needed."),
    "anew": gettext_lazy("You decided on this request before, and now it is to be decided on again."),
    "came_back": gettext_lazy("The money that you sent came back: it is not paid."),
}
_ON_THE_TABLE = (Status.RECOMMENDED_GRANT, Status.RECOMMENDED_DECLINE, Status.PARTLY_APPROVED)
_DECIDING = frozenset({"approve", "decline", "send-back"})
# What a hold stops.
_WAITING = frozenset({"approve", "paid"})
# The platform counts and pays in US dollars, wherever a worker lives.
_LOST_IN = "USD"


@dataclass(frozen=True)
class Said:
    """What happened on the way to this answer. ``bound``: forms that came back, by their step's slug."""

    words: str = ""
    bound: dict[str, forms.Form] | None = None
    opened: dict[str, Any] | None = None


def show(request: HttpRequest, dossier: Dossier, *, said: Said | None = None, status: int = 200) -> HttpResponse:
    """Answer with the page of a case."""
    user, at, said = member(request), now(), said or Said()
    found = dossier.request
    context = _facts(dossier, user, at=at) | _steps(dossier, user, said, at=at)
    context |= {"said": said.words, "opened": said.opened}
    if access.may_read_story(user):
        context |= _confided(dossier) | files.context(found, user, known=dossier.attachments)
        context |= _talk(dossier, request.GET.get("template", ""), context["steps"])
    if _reviews(user):
        context |= {"likenesses": likenesses(found), "signs": list(signs.of(found)) if _still_judged(found) else []}
    return screen.show(
        request,
        "aid/desk/case.html",
        title=_("Case %(name)s") % {"name": found.case.short},
        context=context,
        above=[("aid_cases", _("Cases"))],
        status=status,
    )


def _reviews(user: User) -> bool:
    return user.has_perm(Permission.REVIEW_CASES) or user.has_perm(Permission.OVERSEE_CASES)


def _still_judged(found: AidRequest) -> bool:
    return found.status in (Status.RECEIVED, Status.IN_REVIEW, Status.NEEDS_INFO, Status.EXPIRED, Status.APPEALED)


def _facts(dossier: Dossier, user: User, *, at: datetime) -> dict[str, Any]:
    found = dossier.request
    holds = _running(dossier, at=at)
    return {
        "request_shown": found,
        "case": found.case,
        "needs": ", ".join(str(Need(need).label) for need in found.needs),
        "language": get_language_info(found.case.language)["name_translated"],
        "available": balances.of(found.fund).available if found.wants_money else None,
        "allowance": _allowance(dossier, at=at) if access.may_read_story(user) else None,
        "reads_story": access.may_read_story(user),
        "reviews_it": _reviews(user),
        "disbursement": dossier.live,
        "attempts": [(one, dossier.names[one.recorded_by_id]) for one in dossier.attempts],
        "recommended": _standing(dossier),
        "held_until": max((hold.until for hold in holds), default=None),
        "holds": [(hold, dossier.names.get(hold.by_id or 0), holding.get(hold, "note")) for hold in holds],
        "may_lift": [
            hold.pk
            for hold in holds
            if can_be_lifted(hold) and (hold.by_id == user.pk or user.has_perm(Permission.OVERSEE_CASES))
        ],
        "is_mine": found.taken_by_id == user.pk,
        "is_overdue": found.status in OPEN and found.due_on is not None and found.due_on < at.date(),
        "closed": _closed(found, user),
        "looks_like": _count_alike(found),
        "trail": _trail(dossier),
    }


def _standing(dossier: Dossier) -> Any:
    """Return the review that is being decided on."""
    review = dossier.newest_review
    return review if review and dossier.request.status in _ON_THE_TABLE else None


def _running(dossier: Dossier, *, at: datetime) -> list[Hold]:
    return [hold for hold in dossier.holds if hold.lifted_at is None and hold.until > at]


def _steps(dossier: Dossier, user: User, said: Said, *, at: datetime) -> dict[str, Any]:
    found, own_part = dossier.request, dossier.part_of(user)
    bound = said.bound or {}
    has_decided = _decision_stands(dossier, user)
    wanted = [
        step
        for step in STEPS
        if (step.is_open(found, user, own_part=own_part) or step.slug in bound)
        and not (has_decided and step.slug in _DECIDING)
    ]
    # What was typed for a payment stays; nothing is typed to approve.
    held = [
        step
        for step in wanted
        if step.slug in _WAITING and (step.slug == "approve" or step.slug not in bound) and _running(dossier, at=at)
    ]
    offered = [(step, bound.get(step.slug) or step.form(request=found)) for step in wanted if step not in held]
    for step, form in offered:
        if isinstance(form, HandOverForm):
            form.offer(one for one in dossier.colleagues if one != user)
        form.auto_id = f"{step.slug}_%s"  # Many forms of the page have a field of the same name.
    places = {step.place for step in STEPS}
    by_place = {place: [(step, form) for step, form in offered if step.place == place] for place in places}
    part = "approved" if has_decided else _now(dossier, own_part)
    return {"steps": by_place, "own_part": _PARTS.get(part, ""), "bound": set(bound), "is_held": bool(held)}


def _decision_stands(dossier: Dossier, user: User) -> bool:
    """Return whether this person's approval counts, while another one is missing."""
    return user.pk in [one.decider_id for one in _approvals(dossier)]


def _now(dossier: Dossier, own_part: str) -> str:
    """Return what a person's part means for the request as it stands now."""
    if own_part == "decider" and dossier.request.status in _ON_THE_TABLE:
        return "anew"
    if own_part == "payer" and dossier.attempts[-1].state == DisbursementAttempt.State.FAILED:
        return "came_back"
    return own_part


def _confided(dossier: Dossier) -> dict[str, Any]:
    """Return what the worker told in confidence, and what colleagues made of it."""
    found, case = dossier.request, dossier.request.case
    appeal = getattr(found, "appeal", None)
    lost = None if case.lost_minor is None else from_minor(case.lost_minor, currency_of(_LOST_IN).code)
    return {
        "story": holding.get(found, "story"),
        "notice": holding.get(case, "notice"),
        "requester": holding.get(case, "requester"),
        "lost": lost,
        "appealed": {"at": appeal.at, "ground": holding.get(appeal, "ground")} if appeal else None,
        "matches": [
            {
                "match": one,
                "other": (one.second_id if one.first_id == case.pk else one.first_id).hex[:8],
                "by": dossier.names[one.by_id],
            }
            for one in dossier.matches
        ],
        "reinstatement": dossier.reinstatements[-1] if dossier.reinstatements else None,
        "reviews": [
            {
                "review": review,
                "by": dossier.names[review.reviewer_id],
                "note": holding.get(review, "note"),
                "decisions": [
                    {"decision": one, "by": dossier.names[one.decider_id], "note": holding.get(one, "note")}
                    for one in dossier.decisions
                    if one.review_id == review.pk
                ],
            }
            for review in dossier.reviews
        ],
        "notes": [
            {"by": dossier.names[note.author_id], "at": note.at, "body": holding.get(note, "body")}
            for note in dossier.notes
        ],
    }


def _talk(dossier: Dossier, wanted: str, steps: dict[str, list[tuple[Step, forms.Form]]]) -> dict[str, Any]:
    """Return what was written to and fro, and put a template that was asked for into the empty boxes."""
    chosen = next((one for one in dossier.templates if str(one.pk) == wanted), None)
    boxes = [form for step, form in [*steps["messages"], *steps["next"]] if "body" in form.fields]
    if chosen:
        for form in boxes:
            form.initial["body"] = chosen.body
    return {
        "messages_shown": [
            {
                "message": one,
                "is_workers": one.sender == Message.Sender.WORKER,
                "by": dossier.names.get(one.author_id or 0),
                "body": holding.get(one, "body"),
            }
            for one in dossier.messages
        ],
        "new_words": sum(one.sender == Message.Sender.WORKER and one.seen_at is None for one in dossier.messages),
        "templates": dossier.templates if boxes else [],
        "chosen": chosen,
    }


def _allowance(dossier: Dossier, *, at: datetime) -> dict[str, Any] | None:
    """Return what the frozen policy means for this request: the most, what the person has had, who must agree."""
    found, rules = dossier.request, dossier.request.policy
    if rules is None or not found.wants_money:
        return None
    within = [one for one in dossier.granted if one.made_at > at - timedelta(days=rules.cap_days)]
    other = [one for one in within if one.request_id != found.pk]
    had = Money(0, found.currency) + sum((one.amount for one in other), Money(0, found.currency))
    review = dossier.newest_review
    minor = (review.amount_minor if review else None) or min(found.amount_minor or 0, rules.max_per_request_minor)
    is_fast = minor <= rules.fast_lane_minor and not other
    return {
        "version": rules.version,
        "most": rules.money(rules.max_per_request_minor),
        "cap": rules.money(rules.cap_minor),
        "days": rules.cap_days,
        "had": had,
        "left": rules.money(rules.cap_minor) - had,
        "is_fast": is_fast,
        "fast_lane": rules.money(rules.fast_lane_minor),
        "approvals": 1 if is_fast else policy.by_bands(minor, dossier.bands),
        "given": len(_approvals(dossier)),
    }


def _approvals(dossier: Dossier) -> list[Decision]:
    """Return the approvals that count for what is being decided on."""
    review = _standing(dossier)
    return [
        one
        for one in dossier.decisions
        if review
        and one.review_id == review.pk
        and one.outcome == Decision.Outcome.APPROVED
        and one.revision == dossier.request.revision
    ]


def _closed(found: AidRequest, user: User) -> list[dict[str, Any]]:
    """Return the closed details that there are, and the form to open those that this person may open."""
    is_there = {
        Detail.WORKER_ID: found.case.worker_id_sealed is not None,
        Detail.EMAIL: found.case.email_sealed is not None,
        Detail.PAY_TO: found.pay_to_sealed is not None,
    }
    return [
        {
            "label": detail.label,
            "form": OpenForm(initial={"detail": detail}, auto_id=f"open_{detail}_%s")
            if opening.may_open(found, user, detail)
            else None,
        }
        for detail, there in is_there.items()
        if there
    ]


_SHARED_WORDS = {
    "worker_id": gettext_lazy("the Worker ID"),
    "email": gettext_lazy("the e-mail address"),
    "pay_to": gettext_lazy("where the money goes"),
}


def likenesses(found: AidRequest) -> list[dict[str, Any]]:
    """Return the cases that look like this one: in what, never the value."""
    others: dict[str, dict[str, Any]] = {}
    for shared in signs.SHARED:
        for row in getattr(found, f"like_{shared}"):
            other = others.setdefault(row["pk"], row | {"shares": []})
            other["shares"].append(str(_SHARED_WORDS[shared]))
    return [
        {
            "pk": row["pk"],
            "short": row["case_id"].replace("-", "")[:8],
            "shares": ", ".join(row["shares"]),
            "kind": Kind(row["kind"]).label,
            "status": Status(row["status"]).label,
            "at": parse_datetime(row["submitted_at"]),
        }
        for row in others.values()
    ]


def _count_alike(found: AidRequest) -> int:
    return len({row["pk"] for shared in signs.SHARED for row in getattr(found, f"like_{shared}")})


def _trail(dossier: Dossier) -> list[dict[str, Any]]:
    """Return what was done, in order: steps, holds, and who opened what."""
    trail = [{"at": event.at, "event": event} for event in dossier.events]
    trail += [{"at": one.at, "reveal": one, "by": dossier.names[one.by_id]} for one in dossier.reveals]
    trail += [{"at": hold.at, "hold": hold, "by": dossier.names.get(hold.by_id or 0)} for hold in dossier.holds]
    trail += [{"at": one.at, "not_recorded": dossier.names.get(one.actor_id or 0)} for one in dossier.not_recorded]
    return sorted(trail, key=lambda row: row["at"])
