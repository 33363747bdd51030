"""What stands in clear beside a case leads neither to another case nor to what was written."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from aid import attaching, talking
from aid.models import AidRequest, Attachment, Message
from aid.statuses import Status
from mail.models import OutgoingEmail
from organisation.models import User

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def test_the_key_of_a_letter_names_no_message(reach: Reach, carl: User, now: datetime) -> None:
    request = reach(Status.IN_REVIEW)
    talking.write_to_worker(request_id=request.pk, by=carl, body="We wrote to them.", at=now)

    keys = " ".join(OutgoingEmail.objects.values_list("key", flat=True))

    assert keys
    assert Message.objects.get().pk.hex not in keys
    assert request.case_id.hex not in keys


def test_one_file_in_two_cases_has_two_digests(reach: Reach, private_files: Path, now: datetime) -> None:
    for _case in range(2):
        request = reach(Status.IN_REVIEW)
        for _click in range(2):
            attaching.add(request_id=request.pk, name="x.pdf", content=b"%PDF-1.4\nhello\n%%EOF", at=now)

    assert len({bytes(digest) for digest in Attachment.objects.values_list("digest", flat=True)}) == 2
    assert Attachment.objects.count() == 2
