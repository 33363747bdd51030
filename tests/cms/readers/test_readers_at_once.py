"""Two at the same moment, with real connections: one row, one yes."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import transaction

from cms.models.subscribers import ConsentRecord, Subscriber
from cms.readers import leaving, signing_up
from cms.readers.letter_links import Asked
from mail.models import OutgoingEmail
from organisation.models import Organisation


def test_signing_up_confirming_and_leaving_twice_at_once_happen_once(
    committed_db: None, at_once: Callable[..., list[object]], now: datetime
) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    asks = [
        partial(signing_up.ask, email=email, language="en", topics=[], at=now)
        for email in ("ann@example.org", "Ann@example.org", "ANN@example.org", "ann@example.org")
    ]
    assert at_once(*asks) == [None] * 4
    reader = Subscriber.objects.get()
    assert OutgoingEmail.objects.count() == 3  # the cap of a day

    asked = Asked(reader.key, "en", (), now)
    outcomes = at_once(*[partial(signing_up.confirm, asked, how="letter", at=now)] * 3)
    assert outcomes == [reader] * 3
    assert OutgoingEmail.objects.filter(key__contains="welcome").count() == 1

    again = [Subscriber.objects.get() for _copy in range(3)]
    assert at_once(*[partial(leaving.leave_by_page, copy, delivery=None, at=now) for copy in again]) == [None] * 3
    assert [*ConsentRecord.objects.order_by("pk").values_list("what", flat=True)] == ["asked"] * 3 + [
        "confirmed",
        "left",
    ]
    assert OutgoingEmail.objects.filter(key__contains=":left:").count() == 1
    assert transaction.get_autocommit()
