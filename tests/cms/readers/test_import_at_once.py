"""A list is taken in while somebody else writes readers."""

import io
import threading
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connections, transaction

from cms.models import Subscriber
from cms.models.subscribers import address_index
from organisation.models import Organisation


def test_who_signs_up_at_this_moment_is_not_counted_twice(committed_db: None, tmp_path: Path) -> None:
    """The import waits for the other transaction, sees its reader, and decides anew."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    file = tmp_path / "list.csv"
    file.write_text("email,consented_at\nann@mail.example,2021-03-04\nben@mail.example,2021-03-04\n")
    said = io.StringIO()

    def run() -> None:
        call_command("import_subscribers", str(file), stdout=said)
        connections.close_all()

    importing = threading.Thread(target=run)
    with transaction.atomic():
        index, at = address_index("ann@mail.example"), datetime(2024, 1, 1, tzinfo=UTC)
        Subscriber.objects.create(
            email="ann@mail.example", address_index=index, state="left", created_at=at, left_at=at
        )
        importing.start()
        with connections["default"].cursor() as cursor:
            waits = False
            while not waits and importing.is_alive():
                cursor.execute("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
                waits = cursor.fetchone()[0]
    importing.join(timeout=30)

    assert waits
    assert "1 joined" in said.getvalue()
    assert dict(Subscriber.objects.values_list("email", "state")) == {
        "ann@mail.example": "left",
        "ben@mail.example": "active",
    }
