"""What donors may say in public: a person reads it first, and may change their mind."""

from datetime import datetime

from django.db import transaction

from donations.models import WallEntry
from organisation import audit
from organisation.models import User


@transaction.atomic
def decide(*, entry: WallEntry, is_shown: bool, by: User, at: datetime) -> None:
    """Show a name or message on the thank-you wall, or do not. To decide the same again changes nothing."""
    row = WallEntry.objects.select_for_update().get(pk=entry.pk)
    state = WallEntry.State.SHOWN if is_shown else WallEntry.State.HIDDEN
    if row.state == state:
        return  # Two people read the same list; the first one's name stays on it.
    row.state, row.decided_by, row.decided_at = state, by, at
    row.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(actor=by, action=f"donations.wall_entry_{state}", subject=row, at=at)
