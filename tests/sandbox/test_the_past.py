"""An empty sandbox can begin in the past, so that a year may be played through up to today."""

import time
from pathlib import Path

import pytest

from tests.sandbox.conftest import checkout_params, client_for
from tests.sandbox.receiver import receiving
from tests.sandbox_process import Sandbox, running_sandbox


def test_a_past_can_be_played_through_up_to_today(tmp_path: Path) -> None:
    with receiving() as receiver, running_sandbox(receiver.url, tmp_path) as sandbox:
        sandbox.call("POST", "/_/clock", {"begin_months_ago": 12})
        assert int(sandbox.clock_file.read_text()) < -360 * 86400

        moved = sandbox.clock(months=12)

        assert abs(moved["now"] - time.time()) < 2 * 86400


def test_once_something_has_happened_the_past_is_closed(sandbox: Sandbox) -> None:
    client_for(sandbox).v1.checkout.sessions.create(checkout_params("ann@example.org"))

    with pytest.raises(AssertionError, match="Something has happened already"):
        sandbox.call("POST", "/_/clock", {"begin_months_ago": 12})
