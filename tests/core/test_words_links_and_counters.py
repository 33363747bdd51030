"""Case words, signed links, counters, the clock."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core import casewords, clock, links, throttle


def test_case_words_are_seven_of_the_list_and_never_the_same() -> None:
    many = {casewords.generate() for _ in range(200)}

    assert len(many) == 200
    assert all(len(words.split()) == 7 and set(words.split()) <= set(casewords.words()) for words in many)
    assert len(casewords.words()) == len(set(casewords.words())) == 7776


@pytest.mark.parametrize(
    "typed",
    [
        "correct horse battery staple river stone lamp",
        "  Correct HORSE battery\nstaple   river stone lamp ",
        "correct, horse, battery, staple, river, stone, lamp.",
        "1. correct 2. horse 3. battery 4. staple 5. river 6. stone 7. lamp",
    ],
)
def test_case_words_may_be_typed_as_people_do(typed: str) -> None:
    assert casewords.fingerprint(typed) == casewords.fingerprint("correct horse battery staple river stone lamp")


@given(st.text(max_size=60))
def test_tidying_case_words_twice_changes_nothing(typed: str) -> None:
    once = casewords.normalise(typed)

    assert casewords.normalise(once) == once


def test_another_order_is_another_case() -> None:
    assert casewords.fingerprint("one two") != casewords.fingerprint("two one")


@given(st.text(min_size=1, max_size=60))
def test_link_gives_back_its_value(value: str) -> None:
    assert links.read("tests", links.sign("tests", value)) == value


def test_link_is_good_for_one_purpose_and_cannot_be_changed() -> None:
    token = links.sign("tests", "5")

    for wrong in [token[:-1], token.replace(":", "_", 1), "x" + token, links.sign("other", "5"), "", "\0"]:
        with pytest.raises(links.LinkRefused):
            links.read("tests", wrong)


def test_link_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    token = links.sign("tests", "5")
    wall = time.time()

    monkeypatch.setattr("django.core.signing.time.time", lambda: wall + 3601)

    with pytest.raises(links.LinkRefused):
        links.read("tests", token, max_age=timedelta(hours=1))
    assert links.read("tests", token) == "5"


@pytest.mark.django_db
def test_so_many_tries_and_no_more() -> None:
    tries = [throttle.allow("tests", "ann", limit=3, seconds=3600) for _ in range(5)]

    assert tries == [True, True, True, False, False]
    assert throttle.allow("tests", "wanda", limit=3, seconds=3600)
    assert throttle.allow("others", "ann", limit=3, seconds=3600)


@pytest.mark.django_db
def test_forgiven_try_does_not_count() -> None:
    for _ in range(5):
        assert throttle.allow("tests", "ann", limit=1, seconds=3600)
        throttle.forgive("tests", "ann", seconds=3600)


@pytest.mark.django_db
def test_forgiving_what_was_never_counted_is_harmless() -> None:
    throttle.forgive("tests", "nobody", seconds=3600)


@pytest.mark.parametrize(
    ("address", "neighbour"),
    [
        ("203.0.113.9", "203.0.113.200"),
        ("2001:db8:1:2::3", "2001:db8:1:3::4"),
        ("2001:db8::3", "2001:db8:0:1::4"),
        ("::ffff:203.0.113.9", "203.0.113.10"),
        ("fe80::1%eth0", "fe80::2"),
        ("", ""),
    ],
)
def test_neighbours_share_a_budget(address: str, neighbour: str) -> None:
    assert throttle.address_block(address) == throttle.address_block(neighbour)


@pytest.mark.parametrize(
    ("address", "stranger"),
    [
        ("203.0.113.9", "203.0.114.9"),
        ("2001:db8:1::3", "2001:db8:2::3"),
        ("::ffff:203.0.113.9", "::ffff:198.51.100.9"),
    ],
)
def test_strangers_do_not_share_a_budget(address: str, stranger: str) -> None:
    assert throttle.address_block(address) != throttle.address_block(stranger)


def test_demo_clock_runs_ahead_and_an_absent_file_is_the_wall_clock(settings: Settings, tmp_path: Path) -> None:
    settings.CLOCK_FILE = str(tmp_path / "clock")
    assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)

    (tmp_path / "clock").write_text("86400")
    assert abs(clock.now() - timezone.now() - timedelta(days=1)) < timedelta(seconds=5)
