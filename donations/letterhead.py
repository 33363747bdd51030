"""What all letters about gifts have in common: to whom they go, in which language, the way to the donor's own page."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import CharField, Exists, F, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat

from core import faults
from donations import access
from donations.models import Donor, Subscription
from mail import outbox
from mail.models import OutgoingEmail
from organisation import roles
from organisation.models import User

log = logging.getLogger(__name__)
# A sweep comes every minute; what is left over waits for the next.
_AT_MOST = 200
_Row = TypeVar("_Row", bound=models.Model)


def to_donor(  # noqa: PLR0913 - a letter has this many parts
    donor: Donor,
    *,
    key: str,
    template: str,
    context: Mapping[str, Any],
    at: datetime,
    language: str,
    enclosures: Sequence[outbox.Enclosure] = (),
) -> None:
    """Queue a letter to a donor; none for one without an address: cheques come without, the erased have none left."""
    person = donor.person
    if not person.email:
        return
    outbox.queue(
        key=key,
        to=person.email,
        template=f"donations/{template}",
        context={"name": person.name, "giving_link": access.link(person), **context},
        at=at,
        language=language,
        enclosures=enclosures,
    )


def to_supporter(
    subscription: Subscription, *, key: str, template: str, context: Mapping[str, Any], at: datetime
) -> None:
    """Queue a letter about a recurring gift to its donor, in the language in which it was begun."""
    donor, checkout = subscription.donor.person, subscription.checkout
    to_donor(
        donor,
        key=key,
        template=template,
        context={
            "subscription": subscription,
            "name": donor.name if donor.details_at else checkout.name or donor.name,
            **context,
        },
        at=at,
        language=checkout.language,
    )


def to_staff(role: str, *, key: str, template: str, context: Mapping[str, Any], at: datetime) -> None:
    """Queue a letter to everybody who holds a role; if nobody does, to the administrators: somebody must hear of it."""
    for person in _reachable(role) or _reachable("administrator"):
        outbox.queue(
            key=f"{key}:{person.pk}",
            to=person.email,
            template=f"donations/{template}",
            context={"name": str(person), **context},
            at=at,
        )


def _reachable(role: str) -> QuerySet[User]:
    return roles.holders(role).exclude(email="")


def is_queued(start: str, *parts: F | Combinable) -> Exists:
    """Return the condition that a row's letter was queued before: its key is ``start`` and the parts, with colons between.

    :param parts: ``OuterRef``s of the row whose letter it is
    """
    text: list[Combinable] = [Value(start)]
    for number, part in enumerate(parts):
        text += [Value(":")] if number else []
        text.append(Cast(part, CharField()))
    return Exists(OutgoingEmail.objects.filter(key=Concat(*text, output_field=CharField())))


def has_address(donor: str) -> Q:
    """Return the condition that the person behind a donor can be written to.

    :param donor: the way to the donor, for example ``subscription__donor``
    """
    itself = Q(**{f"{donor}__merged_into": None}) & ~Q(**{f"{donor}__email": ""})
    return itself | (Q(**{f"{donor}__merged_into__isnull": False}) & ~Q(**{f"{donor}__merged_into__email": ""}))


def write_each(due: QuerySet[_Row], write: Callable[[_Row], None]) -> int:
    """Write the letter of each row that is due, each in a transaction of its own; one that fails keeps none from theirs.

    :returns: how many were written
    """
    written = 0
    for row in due[:_AT_MOST]:
        try:
            with transaction.atomic():
                write(row)
        except Exception as error:  # noqa: BLE001 - it is logged, and the others get theirs
            faults.report(log, f"letter for {row._meta.label} {row.pk}", error)
        else:
            written += 1
    return written
