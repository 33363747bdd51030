"""A deed of staff sends a worker one neutral letter, whatever it changed and said at once. Two look like fraud."""

from collections.abc import Callable

import pytest

from aid.models import AidRequest
from aid.statuses import Status
from mail.models import OutgoingEmail


@pytest.mark.parametrize(
    ("status", "letters"),
    [
        (Status.RECEIVED, 0),
        (Status.NEEDS_INFO, 1),
        (Status.ANSWERED, 1),
        (Status.EXPIRED, 2),
        (Status.DECLINED, 1),
        (Status.APPROVED, 1),
        (Status.PAID, 2),
    ],
)
def test_each_step_with_news_sends_one_letter(reach: Callable[..., AidRequest], status: Status, letters: int) -> None:
    reach(status)

    assert OutgoingEmail.objects.filter(key__startswith="aid-notice:").count() == letters
