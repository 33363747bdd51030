"""What a person at the desk reads when a step is refused: what happened, and that nothing was changed."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from aid import paying, transitions
from aid.desk.steps import Step
from aid.models import AidRequest
from aid.statuses import Status
from core.money import format_money
from ledger import balances


def say(problem: Exception, request: AidRequest, *, step: Step, seen: int | None) -> str:
    """Return the sentence for a refusal.

    :param seen: the version of the request that the person was looking at
    """
    if isinstance(problem, transitions.SeenOutdated):
        return _outdated(request, seen)
    if step.slug == "hand-over" and isinstance(problem, _OF_THE_OTHER):
        # Why is between that colleague and the case.
        return _("This request cannot go to that colleague. Please choose another one; nothing was changed.")
    return _SAY[type(problem)](request)


def not_allowed(request: AidRequest) -> str:
    return _("Your roles do not allow this, or there is no need for it now. Nothing was opened or changed.")


def _outdated(request: AidRequest, seen: int | None) -> str:
    events = request.events.filter(version__gt=seen or 0).order_by("version")
    steps = ", ".join(str(Status(event.to_status).label) for event in events)
    return _(
        "Somebody moved this request on while your page was open: %(steps)s. This is how it stands now; nothing was"
        " changed."
    ) % {"steps": steps}


def _not_now(request: AidRequest) -> str:
    return _("This step is not possible in the status that the request has now. Nothing was changed.")


def _same_person(request: AidRequest) -> str:
    return _("You have had another part in this request. Reviewing, deciding and paying are for three people.")


def _too_low(request: AidRequest) -> str:
    available = format_money(balances.of(request.fund).available)
    return _("The fund has %(available)s available, which is less than this. Nothing was changed.") % {
        "available": available
    }


def _more_than_asked(request: AidRequest) -> str:
    return _("The worker asked for less than this, or the policy allows less. Nothing was changed.")


def _in_conflict(request: AidRequest) -> str:
    return _("You have declared that you know this worker. The case is for others; nothing was changed.")


def _on_hold(request: AidRequest) -> str:
    return _("The request is on hold. Approval and payment wait until the hold is lifted or has run out.")


def _likeness_open(request: AidRequest) -> str:
    return _("Another case looks like this one. A caseworker says first whether both are of one person.")


def _above_cap(request: AidRequest) -> str:
    return _("With this the worker would have had more than the policy allows within its period. Nothing was changed.")


def _changed(request: AidRequest) -> str:
    return _("What would be paid is not what was approved. Please do not pay it, and tell the steward.")


_OF_THE_OTHER = (transitions.NotAllowed, transitions.SamePerson, transitions.InConflict)
_SAY: dict[type[Exception], Callable[[AidRequest], str]] = {
    transitions.NotAllowed: not_allowed,
    transitions.NotNow: _not_now,
    transitions.SamePerson: _same_person,
    balances.FundTooLow: _too_low,
    transitions.MoreThanAsked: _more_than_asked,
    transitions.InConflict: _in_conflict,
    transitions.OnHold: _on_hold,
    transitions.LikenessOpen: _likeness_open,
    transitions.AboveCap: _above_cap,
    paying.ChangedSinceApproval: _changed,
}
EXPECTED: tuple[type[Exception], ...] = (transitions.SeenOutdated, *_SAY)
