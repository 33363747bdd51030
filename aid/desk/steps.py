"""What staff can do with a request at the desk: which button, for whom, in which status, and which deed stands behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import asking, conflicts, deciding, holds, joining, paying, reviewing, talking, transitions
from aid.answers import PayMethod
from aid.desk import forms
from aid.models import AidRequest
from aid.reasons import CheckPoint, DeclineReason, FailReason, HoldReason
from aid.statuses import Status
from organisation.models import User
from organisation.permissions import Permission

_REVIEW = (Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
_DECIDE = (Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES)
_WITH_CASES = (
    Permission.REVIEW_CASES,
    Permission.APPROVE_REQUESTS,
    Permission.RECORD_PAYMENTS,
    Permission.OVERSEE_CASES,
)
_SENT_IN = frozenset(Status) - {Status.DRAFT}
_NOT_OVER = _SENT_IN - {
    Status.ANSWERED,
    Status.DECLINED,
    Status.DECLINED_FINALLY,
    Status.PAID,
    Status.CONFIRMED,
    Status.WITHDRAWN,
    Status.JOINED,
}


def _nothing(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One button.

    ``permissions`` open its door; ``of`` says, where it matters, which of them this request takes. ``done`` is what the
    person reads afterwards. ``part`` is what it makes of its person; ``place`` is where the page has it; ``arguments``
    turns the form's answers into the deed's.
    """

    slug: str
    label: str | Promise
    explains: str | Promise
    done: str | Promise
    permissions: tuple[Permission, ...]
    starts: frozenset[Status]
    deed: Callable[..., Any]
    part: str = ""
    place: str = "next"
    of: Callable[[AidRequest], tuple[Permission, ...]] | None = None
    money: bool | None = None
    form: type[forms.DeedForm] = forms.StepForm
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]] = _nothing
    is_second: bool = False

    def may_press(self, request: AidRequest, user: User) -> bool:
        """Return whether the person's roles go with this step of this request."""
        permissions = self.of(request) if self.of else self.permissions
        return any(user.has_perm(permission) for permission in permissions)

    def is_open(self, request: AidRequest, user: User, *, own_part: str) -> bool:
        """Return whether the button is offered. Whether the step is taken, the deed decides."""
        return (
            request.status in self.starts
            and self.may_press(request, user)
            and (not self.part or own_part in ("", self.part))
            and self.money in (None, request.wants_money)
        )

    @property
    def is_versioned(self) -> bool:
        """Whether the deed wants to know which version of the request the person saw."""
        return issubclass(self.form, forms.StepForm)


def _may_hand_over(request: AidRequest) -> tuple[Permission, ...]:
    return (*transitions.reviewers_of(request), Permission.OVERSEE_CASES)


_REVIEWING: list[Step] = [
    Step(
        slug="take",
        label=_("Take into review"),
        explains=_("Colleagues see that you are reading it."),
        done=_("Taken: it is in your hands."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        starts=frozenset({Status.RECEIVED, Status.APPEALED}),
        deed=reviewing.take,
    ),
    Step(
        slug="recommend-grant",
        label=_("Recommend to grant"),
        explains=_("A second person decides on your recommendation."),
        done=_("Recommended. A second person decides."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        money=True,
        starts=frozenset({Status.IN_REVIEW}),
        deed=reviewing.recommend_grant,
        form=forms.GrantForm,
        arguments=lambda a: {
            "amount": a["amount"],
            "note": a["note"],
            "checked": [CheckPoint(point) for point in a["checked"]],
        },
    ),
    Step(
        slug="answer",
        label=_("Answer the report"),
        explains=_("No money is asked for: with your answer it is done. If the worker writes back, it is open again."),
        done=_("The answer is sent."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        money=False,
        starts=frozenset({Status.IN_REVIEW}),
        deed=asking.answer,
        form=forms.AnswerForm,
        arguments=lambda a: {"body": a["body"]},
    ),
    Step(
        slug="go-on",
        label=_("Go on without the answer"),
        explains=_("The request is in review again."),
        done=_("The request is in review again."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        starts=frozenset({Status.NEEDS_INFO, Status.EXPIRED}),
        deed=asking.go_on,
    ),
    Step(
        slug="ask",
        label=_("Ask the worker"),
        explains=_("The request waits for the answer, and is laid aside when none comes: that is no refusal."),
        done=_("The question is sent."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        starts=frozenset({Status.IN_REVIEW}),
        deed=asking.ask,
        form=forms.AskForm,
        arguments=lambda a: {"question": a["body"]},
        is_second=True,
    ),
    Step(
        slug="recommend-decline",
        label=_("Recommend to decline"),
        explains=_("A second person must agree before the worker hears no."),
        done=_("Recommended. A second person decides."),
        permissions=_REVIEW,
        of=transitions.reviewers_of,
        part="reviewer",
        money=True,
        starts=frozenset({Status.IN_REVIEW}),
        deed=reviewing.recommend_decline,
        form=forms.DeclineForm,
        arguments=lambda a: {"reason": DeclineReason(a["reason"]), "note": a["note"]},
        is_second=True,
    ),
    Step(
        slug="hand-over",
        label=_("Hand over or put back"),
        explains=_("It goes to the colleague at once; put back, everybody sees that nobody has it."),
        done=_("It is out of your hands."),
        permissions=_REVIEW,
        of=_may_hand_over,
        starts=frozenset({Status.IN_REVIEW, Status.NEEDS_INFO, Status.EXPIRED}),
        deed=reviewing.hand_over,
        form=forms.HandOverForm,
        arguments=lambda a: {"to": a["to"]},
        is_second=True,
    ),
]
_JOINED: list[Step] = [
    Step(
        slug="not-the-same",
        label=_("It was not the same person"),
        explains=_("The request is in review again, by itself, and no longer counts together with the other case."),
        done=_("The request is in review again."),
        permissions=(Permission.OVERSEE_CASES,),
        starts=frozenset({Status.JOINED}),
        deed=joining.take_back,
    ),
]
_DECIDING: list[Step] = [
    Step(
        slug="approve",
        label=_("Approve"),
        explains=_("The amount is kept aside in the fund until it is paid."),
        done=_("Your approval is recorded."),
        permissions=_DECIDE,
        of=transitions.deciders_of,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED}),
        deed=deciding.approve,
    ),
    Step(
        slug="decline",
        label=_("Agree to decline"),
        explains=_("The worker reads the reason that the reviewer chose."),
        done=_("Declined. The worker can read why."),
        permissions=_DECIDE,
        of=transitions.deciders_of,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_DECLINE}),
        deed=deciding.decline,
    ),
    Step(
        slug="send-back",
        label=_("Send back to review"),
        explains=_("The caseworker reads your note and recommends anew."),
        done=_("Sent back to review."),
        permissions=_DECIDE,
        of=transitions.deciders_of,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_GRANT, Status.PARTLY_APPROVED, Status.RECOMMENDED_DECLINE}),
        deed=deciding.send_back,
        form=forms.SendBackForm,
        arguments=lambda a: {"note": a["note"]},
        is_second=True,
    ),
    Step(
        slug="paid",
        label=_("Record the payment"),
        explains=_("Open the payment details below, send the money, then record it here. It cannot be recorded twice."),
        done=_("The payment is recorded."),
        permissions=(Permission.RECORD_PAYMENTS,),
        part="payer",
        starts=frozenset({Status.APPROVED}),
        deed=paying.record,
        form=forms.PaidForm,
        arguments=lambda a: {"sent": paying.Sent(PayMethod(a["method"]), a["provider_reference"], a["on"])},
    ),
    Step(
        slug="came-back",
        label=_("The money came back"),
        explains=_("It is booked back, and the request waits to be paid again."),
        done=_("Booked back. The worker is told."),
        permissions=(Permission.RECORD_PAYMENTS,),
        part="payer",
        starts=frozenset({Status.PAID}),
        deed=paying.came_back,
        form=forms.CameBackForm,
        arguments=lambda a: {"reason": FailReason(a["reason"])},
        is_second=True,
    ),
]
_TALKING: list[Step] = [
    Step(
        slug="note",
        label=_("Keep the note"),
        explains="",
        done=_("The note is kept."),
        permissions=(Permission.REVIEW_CASES, Permission.APPROVE_REQUESTS, Permission.OVERSEE_CASES),
        place="notes",
        starts=_SENT_IN,
        deed=talking.note,
        form=forms.NoteForm,
        arguments=lambda a: {"body": a["note"]},
        is_second=True,
    ),
    Step(
        slug="message",
        label=_("Send to the worker"),
        explains="",
        done=_("The message is sent."),
        permissions=_REVIEW,
        place="messages",
        starts=_SENT_IN - {Status.JOINED},
        deed=talking.write_to_worker,
        form=forms.MessageForm,
        arguments=lambda a: {"body": a["body"]},
        is_second=True,
    ),
]
_STOPPING: list[Step] = [
    Step(
        slug="hold",
        label=_("Put on hold"),
        explains=_("Approval and payment wait. It runs out by itself, and then a steward looks at it."),
        done=_("The request is on hold."),
        permissions=_WITH_CASES,
        place="stops",
        starts=_NOT_OVER,
        deed=holds.put,
        form=forms.HoldForm,
        arguments=lambda a: {"reason": HoldReason(a["reason"]), "days": a["days"], "note": a["note"]},
        is_second=True,
    ),
    Step(
        slug="conflict",
        label=_("I know this worker"),
        explains=_(
            "Or you gain or lose by the outcome. The case goes out of your sight at once, and only a steward can bring"
            " it back. Nobody asks you why."
        ),
        done=_("The case is out of your sight."),
        permissions=_WITH_CASES,
        place="stops",
        starts=_SENT_IN,
        deed=conflicts.declare,
        form=forms.DeedForm,
        is_second=True,
    ),
]
STEPS: list[Step] = [*_REVIEWING, *_JOINED, *_DECIDING, *_TALKING, *_STOPPING]
