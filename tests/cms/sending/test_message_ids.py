"""A report on a letter finds its delivery by the Message-ID, and nobody else's Message-ID finds one."""

from typing import Any

import pytest

from cms.sending import message_ids


def test_delivery_is_found_by_its_message_id(settings: Any) -> None:
    settings.MAIL_FROM = "Raft Workers <post@raft.example>"
    made = message_ids.message_id(4711)

    assert message_ids.message_id(4711) == made
    assert made.endswith("@raft.example>")
    assert message_ids.delivery_of(made) == message_ids.delivery_of(f" {made[1:-1]} ") == 4711


@pytest.mark.parametrize(
    "foreign", ["", "<1@example.org>", "<delivery.4711.00000000@example.org>", "<delivery.0.0@example.org>", "x" * 500]
)
def test_what_we_did_not_make_finds_nothing(foreign: str) -> None:
    assert message_ids.delivery_of(foreign) is None
