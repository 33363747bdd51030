"""What the mail server says decides what a letter is, and only an answer that was lost leaves it open."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from mail import transport
from tests.smtp_sink import Sink, running_sink

LETTER = "Message-ID: <1@raft.example>\r\n\r\n.A dot at the beginning\r\nÑandú\r\n.\r\n".encode()


@pytest.fixture
def sink(tmp_path: Path, settings: Settings) -> Iterator[Callable[..., Sink]]:
    """Start a sink with these arguments."""
    running = []

    def start(*arguments: str) -> Sink:
        started = running_sink(tmp_path, *arguments)
        running.append(started)
        found = started.__enter__()
        settings.EMAIL_URL = found.url
        return found

    yield start
    for each in running:
        each.__exit__(None, None, None)


def hand_over(server: transport.Connection, to: str) -> str:
    return server.hand_over(LETTER, sender="post@raft.example", to=to, is_8bit=server.takes_8bit)


@pytest.mark.parametrize("offers", ["PIPELINING,8BITMIME,CHUNKING", "PIPELINING,8BITMIME", ""])
def test_each_answer_is_understood_and_the_next_letter_still_leaves(offers: str, sink: Callable[..., Sink]) -> None:
    running = sink("--offers", offers)

    with transport.connection() as server:
        for to, failure in [
            ("busy@a.example", transport.TemporaryFailure),
            ("unknown@a.example", transport.PermanentFailure),
            ("full@a.example", transport.TemporaryFailure),
            ("spam@a.example", transport.PermanentFailure),
        ]:
            with pytest.raises(failure) as said:
                hand_over(server, to)
            assert server.is_open
            assert to not in str(said.value)
            assert str(said.value)[0] in "45"
            assert getattr(said.value, "is_mailbox", False) is to.startswith("full")
        assert hand_over(server, "ann@a.example") == "250 2.0.0"

    assert [to for _name, to in running.accepted()] == ["ann@a.example"]
    assert running.letters() == [LETTER]


@pytest.mark.parametrize("to", ["lost@a.example", "cut@a.example"])
def test_letter_whose_answer_is_lost_is_neither_accepted_nor_refused(to: str, sink: Callable[..., Sink]) -> None:
    sink()

    with transport.connection() as server, pytest.raises(transport.AnswerLost):
        hand_over(server, to)

    assert not server.is_open


@pytest.mark.parametrize("to", ["odd@a.example", "half@a.example"])
def test_only_4xx_and_5xx_say_that_a_letter_was_not_taken(to: str, sink: Callable[..., Sink]) -> None:
    sink()

    with transport.connection() as server, pytest.raises(transport.AnswerLost):
        hand_over(server, to)

    assert not server.is_open


@pytest.mark.parametrize(
    ("answer", "is_about_it"),
    [
        ("550 5.1.1 recipient refused", True),
        ("552 5.2.2 recipient refused", True),
        ("550 5.4.1 recipient refused", True),
        ("550 recipient refused", False),
        ("554 5.7.1 recipient refused", False),
        ("553 5.1.8 recipient refused", False),
        ("550 5.1.1 letter refused", False),
        ("554 5.5.0 letter refused", False),
        ("451 4.7.1 recipient refused, 14 times", False),
    ],
)
def test_refusal_of_the_letter_or_of_us_is_not_one_of_the_address(answer: str, is_about_it: bool) -> None:
    assert transport.is_about_the_address(answer) is is_about_it


def test_connection_that_breaks_before_the_letter_leaves_nothing_open(sink: Callable[..., Sink]) -> None:
    sink()

    with transport.connection() as server:
        server._smtp.sock.shutdown(2)  # type: ignore[union-attr]  # it is connected
        with pytest.raises(transport.TemporaryFailure) as said:
            hand_over(server, "ann@a.example")

    assert said.value.is_server
    assert not server.is_open


def test_address_beyond_ascii_is_refused_where_the_server_does_not_take_it(sink: Callable[..., Sink]) -> None:
    sink()

    with transport.connection() as server, pytest.raises(transport.PermanentFailure, match="beyond ASCII"):
        hand_over(server, "añn@a.example")


def test_address_beyond_ascii_is_written_to_where_the_server_takes_it(sink: Callable[..., Sink]) -> None:
    running = sink("--offers", "PIPELINING,8BITMIME,SMTPUTF8")

    with transport.connection() as server:
        hand_over(server, "añn@a.example")

    assert [to for _name, to in running.accepted()] == ["añn@a.example"]
