"""The made-up organisation: who it is, its funds and its staff."""

from datetime import datetime

from django.db import transaction

from ledger.models import Fund
from organisation import roles
from organisation.models import LegalEntity, Organisation, User

PASSWORD = "liferaft-demo"  # noqa: S105 - printed at every start, refused outside the demo
STAFF = {
    "edith": "editor",
    "fay": "fundraiser",
    "carl": "caseworker",
    "cora": "caseworker",
    "ada": "approver",
    "abel": "approver",
    "tess": "treasurer",
    "stella": "steward",
    "adam": "administrator",
}


@transaction.atomic
def build(*, at: datetime) -> None:
    """Make the organisation, its legal entity, two funds and the staff."""
    Organisation.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Liferaft Demo Workers",
            "tagline": "A made-up group of crowd workers who look after each other",
            "email": "hello@liferaft.example",
            "time_zone": "America/New_York",
            "gift_currencies": "EUR GBP CAD JPY",
            "is_demo": True,
        },
    )
    LegalEntity.objects.update_or_create(
        receipt_prefix="LD",
        defaults={
            "name": "Liferaft Demo Workers Inc.",
            "address": "1 Example Wharf\nPortland, ME 04101\nUnited States",
            "tax_number": "00-0000000",
            "wording": LegalEntity.Profile.US_501C3,
            "time_zone": "America/New_York",
        },
    )
    for slug, name, description, for_aid in [
        ("general", "General fund", "Servers, moderation, newsletters: what keeps us going.", False),
        ("aid", "Mutual aid", "Goes to suspended workers, whole, less what the card companies take.", True),
    ]:
        Fund.objects.update_or_create(
            slug=slug,
            defaults={"name": name, "description": description, "is_restricted": for_aid, "pays_aid": for_aid},
        )
    for username, role in STAFF.items():
        user, is_new = User.objects.get_or_create(
            username=username, defaults={"name": username.title(), "email": f"{username}@liferaft.example"}
        )
        if is_new:
            user.set_password(PASSWORD)
            user.save()
        roles.grant(user=user, role=role, by=None, at=at)
