"""What of the audit trail is closed to whom: what an event about a case was about, and the reason that stands there.

Who did something, what and when is open to everybody who reads the trail: that is what it is for. Which case it was is
not, to those who see no case, nor to a steward who knows the worker. ``settings.AUDIT_CLOSED`` points here.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from aid import conflicts
from aid.models import (
    AidRequest,
    Appeal,
    Case,
    Complaint,
    Conflict,
    Decision,
    DeclineBatch,
    Disbursement,
    DisbursementAttempt,
    Hold,
    LegalHold,
    Match,
    Message,
    Note,
    Review,
)
from organisation.models import User
from organisation.permissions import Permission

# Of what an event about a case may be about, and the paths from there to the case.
_ABOUT_A_CASE: dict[type[models.Model], tuple[str, ...]] = {
    Case: ("pk",),
    AidRequest: ("case",),
    Appeal: ("request__case",),
    Complaint: ("case",),
    Conflict: ("case",),
    Decision: ("review__request__case",),
    DeclineBatch: ("reviews__request__case",),
    Disbursement: ("request__case",),
    DisbursementAttempt: ("disbursement__request__case",),
    Hold: ("request__case",),
    LegalHold: ("case",),
    Match: ("first", "second"),
    Message: ("case",),
    Note: ("case",),
    Review: ("request__case",),
}


def closed_to(user: User) -> Q:
    """Return the events of which this person does not read what they were about."""
    if not user.has_perm(Permission.SEE_CASES):
        return Q(object_type__in=[model._meta.label for model in _ABOUT_A_CASE])
    hidden = conflicts.cases_of(user).values("pk")
    found = Q()
    for model, paths in _ABOUT_A_CASE.items():
        for path in paths:
            rows = model._base_manager.filter(**{f"{path}__in": hidden})
            keys = rows.annotate(key=Cast("pk", models.TextField())).values("key")
            found |= Q(object_type=model._meta.label, object_id__in=keys)
    return found
