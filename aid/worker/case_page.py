"""What a worker's page shows: softer words than the staff's, the date by when, what comes next, what was opened and why.

Several steps of ours are one to the worker. A request that was joined to another case is among them: whoever typed
somebody else's Worker ID must not learn from this page that there is another case.
"""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import access, changing, holding, setting_aside, talking
from aid.models import AidRequest, Message, Review
from aid.reasons import HoldReason
from aid.statuses import Status, may_be_withdrawn, public_words
from aid.worker import own_case
from aid.worker.case_forms import MessageForm
from core.clock import now

_LOOKED_AT = frozenset(
    {
        Status.IN_REVIEW,
        Status.RECOMMENDED_GRANT,
        Status.RECOMMENDED_DECLINE,
        Status.PARTLY_APPROVED,
        Status.JOINED,
    }
)
_PROMISED = frozenset({Status.RECEIVED, Status.IN_REVIEW, Status.APPEALED})
_ASKED = frozenset({Status.NEEDS_INFO, Status.EXPIRED})
# What was just done, by what stands in the address after it. A made-up one says nothing.
_DONE: dict[str, Promise] = {
    "message": _("Your message is with us."),
    "payment": _("We have the new way to pay you. The old one is gone."),
    "appeal": _("Your appeal is with us."),
    "complaint": _("Your complaint is with the steward. You read the answer here."),
    "account": _("Thank you for telling us. It helps others too."),
}


def shown_as(found: AidRequest) -> Status:
    """Return the status as far as it is told to the worker."""
    status = Status(found.status)
    return Status.IN_REVIEW if status in _LOOKED_AT else status


def show(request: HttpRequest, found: AidRequest, form: MessageForm | None = None) -> HttpResponse:
    """Show the page. What we wrote counts as seen from now on."""
    asked = _question(found)
    context = standing(found) | {
        "question": holding.get(asked, "body") if asked else "",
        "form": form or MessageForm(case=found.case, is_answer=found.status in _ASKED),
        "messages": messages(found, without=asked),
        "reveals": found.case.reveals.order_by("at"),
        "complaints": _complaints(found),
        "done": _DONE.get(request.GET.get("done", ""), ""),
    }
    talking.mark_seen(found.case, by_worker=True, at=now())
    return render(request, "aid/case.html", context)


def standing(found: AidRequest) -> dict[str, Any]:
    """Return how things stand, what comes next and what can be done."""
    shown = shown_as(found)
    disbursement = setting_aside.live(found)
    review = found.reviews.order_by("-version").first()
    has_declined = shown in (Status.DECLINED, Status.DECLINED_FINALLY) and isinstance(review, Review)
    return {
        "request_shown": found,
        "purpose": own_case.purpose(found),
        "shown": str(shown.value),
        "words": public_words(found.status),
        "is_draft": shown == Status.DRAFT,
        "is_asked": shown in _ASKED,
        "is_promised": shown in _PROMISED,
        "is_late": _is_late(found, shown, now().date()),
        "is_second_look": found.round > 1,
        "not_before": _not_before(found),
        "granted": disbursement.amount if disbursement else None,
        "attempt": disbursement.attempts.first() if disbursement else None,
        "is_missing": bool(disbursement) and access.is_said_missing(found),
        "decline_reason": review.get_reason_display() if review and has_declined else "",
        "is_booked": bool(access.booked_of(found)),
        "may_withdraw": may_be_withdrawn(shown),
        "may_change_payment": changing.may_change_payment(found),
        "timeline": timeline(found),
    }


def messages(found: AidRequest, *, without: Message | None) -> list[dict[str, Any]]:
    """Return what was written to each other, the oldest first, but for the question that stands above its answer."""
    return [
        {
            "is_mine": message.sender == Message.Sender.WORKER,
            "body": holding.get(message, "body"),
            "at": message.at,
            "is_new": message.sender != Message.Sender.WORKER and message.seen_at is None,
        }
        for message in found.case.messages.order_by("at", "pk")
        if message != without
    ]


def _is_late(found: AidRequest, shown: Status, today: date) -> bool:
    waits_for_us = shown in _PROMISED or shown == Status.APPROVED
    return waits_for_us and found.due_on is not None and found.due_on < today


def _not_before(found: AidRequest) -> Any:
    """Return until when nothing is decided or paid because the worker changed where the money should go."""
    hold = found.holds.filter(reason=HoldReason.PAYMENT_CHANGED, lifted_at__isnull=True, until__gt=now()).last()
    return hold.until if hold else None


def _question(found: AidRequest) -> Message | None:
    """Return the question that waits for an answer."""
    if found.status not in _ASKED:
        return None
    return found.case.messages.filter(is_question=True).order_by("at", "pk").last()


def _complaints(found: AidRequest) -> list[dict[str, Any]]:
    """Return the complaints that a steward has answered."""
    answered = found.case.complaints.filter(answer_sealed__isnull=False).order_by("at", "pk")
    return [{"about": one.get_about_display(), "answer": holding.get(one, "answer")} for one in answered]


def timeline(found: AidRequest) -> list[dict[str, Any]]:
    """Return the steps in the worker's words; steps that say the same to the worker are one."""
    told: list[dict[str, Any]] = []
    for event in found.events.order_by("version"):
        step = public_words(event.to_status)
        if not told or told[-1]["words"] != step:
            told.append({"words": step, "at": event.at})
    return told
