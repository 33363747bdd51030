"""What staff can do with a request at the desk: which button, for whom, in which status, and which deed stands behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from aid import deciding, paying, reviewing
from aid.answers import PayMethod
from aid.desk.forms import DeclineForm, GrantForm, PaidForm, SendBackForm, StepForm
from aid.models import AidRequest
from aid.reasons import DeclineReason
from aid.statuses import Status
from organisation.models import User
from organisation.permissions import Permission


def _nothing(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One button. ``part`` is what it makes of its person; ``arguments`` turns the form's answers into the deed's."""

    slug: str
    label: str | Promise
    explains: str | Promise
    permission: Permission
    part: str
    starts: frozenset[Status]
    deed: Callable[..., AidRequest]
    form: type[StepForm] = StepForm
    arguments: Callable[[Mapping[str, Any]], dict[str, Any]] = _nothing
    is_second: bool = False

    def is_open(self, request: AidRequest, user: User, *, own_part: str) -> bool:
        """Return whether the button is offered. Whether the step is taken, the deed decides."""
        return request.status in self.starts and user.has_perm(self.permission) and own_part in ("", self.part)


STEPS: list[Step] = [
    Step(
        slug="take",
        label=_("Take into review"),
        explains=_("Colleagues see that you are reading it."),
        permission=Permission.REVIEW_CASES,
        part="reviewer",
        starts=frozenset({Status.RECEIVED}),
        deed=reviewing.take,
    ),
    Step(
        slug="recommend-grant",
        label=_("Recommend to grant"),
        explains=_("A second person decides on your recommendation."),
        permission=Permission.REVIEW_CASES,
        part="reviewer",
        starts=frozenset({Status.IN_REVIEW}),
        deed=reviewing.recommend_grant,
        form=GrantForm,
        arguments=lambda a: {"amount": a["amount"], "note": a["note"]},
    ),
    Step(
        slug="recommend-decline",
        label=_("Recommend to decline"),
        explains=_("A second person must agree before the worker hears no."),
        permission=Permission.REVIEW_CASES,
        part="reviewer",
        starts=frozenset({Status.IN_REVIEW}),
        deed=reviewing.recommend_decline,
        form=DeclineForm,
        arguments=lambda a: {"reason": DeclineReason(a["reason"]), "note": a["note"]},
        is_second=True,
    ),
    Step(
        slug="approve",
        label=_("Approve"),
        explains=_("The amount is kept aside in the fund until it is paid."),
        permission=Permission.APPROVE_REQUESTS,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_GRANT}),
        deed=deciding.approve,
    ),
    Step(
        slug="decline",
        label=_("Agree to decline"),
        explains=_("The worker reads the reason that the reviewer chose."),
        permission=Permission.APPROVE_REQUESTS,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_DECLINE}),
        deed=deciding.decline,
    ),
    Step(
        slug="send-back",
        label=_("Send back to review"),
        explains=_("The caseworker reads your note and recommends anew."),
        permission=Permission.APPROVE_REQUESTS,
        part="decider",
        starts=frozenset({Status.RECOMMENDED_GRANT, Status.RECOMMENDED_DECLINE}),
        deed=deciding.send_back,
        form=SendBackForm,
        arguments=lambda a: {"note": a["note"]},
        is_second=True,
    ),
    Step(
        slug="paid",
        label=_("Record the payment"),
        explains=_("Open the payment details below, send the money, then record it here. It cannot be recorded twice."),
        permission=Permission.RECORD_PAYMENTS,
        part="payer",
        starts=frozenset({Status.APPROVED}),
        deed=paying.record,
        form=PaidForm,
        arguments=lambda a: {"sent": paying.Sent(PayMethod(a["method"]), a["provider_reference"], a["on"])},
    ),
]
