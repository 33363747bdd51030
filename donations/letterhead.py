"""What all letters about gifts have in common: to whom they go, in which language, the way to the donor's own page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from donations import access
from donations.models import Donor, Subscription
from mail import outbox
from organisation import roles
from organisation.models import User


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
