"""A visit that was ended stays ended, and what is said afterwards is true for everybody."""

from collections.abc import Callable
from datetime import datetime

import pytest

from aid import applying, erasing
from aid.answers import Kind
from aid.models import AidRequest
from aid.statuses import Status
from tests.aid.own_page import at_case, send, text

pytestmark = pytest.mark.usefixtures("liferaft")
Reach = Callable[..., AidRequest]


def test_a_second_look_after_erasing_says_what_is_true_for_all(reach: Reach, full_fund: object, now: datetime) -> None:
    draft = applying.begin(kind=Kind.SUSPENSION, language="en", at=now).request
    said = []
    for request in (reach(Status.PAID), reach(Status.WITHDRAWN), draft):
        browser = at_case(request)
        erasing.erase_now(request_id=request.pk, at=now)
        said.append(text(browser, "/aid/case/held/"))

    assert said[0] == said[1] == said[2]
    assert "If we paid you, we also keep what tax law asks for" in said[0]
    assert "Nothing. What was not sent" not in said[0]


def test_a_draft_erased_just_now_leaves_nothing(full_fund: object, now: datetime) -> None:
    request = applying.begin(kind=Kind.SUSPENSION, language="en", at=now).request

    answer = send(at_case(request), "/aid/case/erase/", {"sure": "on"}, of=request).content.decode()

    assert "Nothing. What was not sent leaves no trace." in answer
