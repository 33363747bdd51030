"""A frozen letter becomes one reader's letter by putting bytes in, and is proper mail whatever stands in it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mail import addressing, frozen

AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
LEAVE_URL = f"https://liferaft.example/unsubscribe/{frozen.LEAVE_PLACE}/"
TOKEN, OF_THE_HEAD = "abc:" + "x" * 110, "abc:" + "y" * 110
ANN = frozen.Person(
    to="ann@example.org", message_id="<delivery.1.00000000@raft.example>", leave=TOKEN, leave_head=OF_THE_HEAD
)
HEAD = frozen.Head(
    subject="Ñandúes: forty days, and what came first for all of those who waited that long",
    sender="Ñandú Workers <post@raft.example>",
    list_id="Newsletter <newsletter.raft.example>",
    leave_url=LEAVE_URL,
    language="es",
)
HTML = f'<!doctype html><html><body><p>.Ñandú = 40 días</p><a href="{LEAVE_URL}">Leave</a></body></html>'
TEXT = f".A line that begins with a dot\nÑandú = 40 días \n\nLeave: {LEAVE_URL}\nFrom May to June.\n"


def letter(html: str = HTML, text: str = TEXT, *, is_8bit: bool) -> tuple[bytes, EmailMessage]:
    made = frozen.fill(frozen.ready(frozen.freeze(HEAD, html=html, text=text), is_8bit=is_8bit), ANN, at=AT)
    read = message_from_bytes(made, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return made, read


def content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    assert part.defects == message.defects == []
    return str(part.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("is_8bit", [True, False])
def test_reader_gets_what_was_written_with_their_own_words_in_it(is_8bit: bool) -> None:
    made, message = letter(is_8bit=is_8bit)

    assert content(message, "plain") == TEXT.replace(frozen.LEAVE_PLACE, TOKEN)
    assert content(message, "html") == HTML.replace(frozen.LEAVE_PLACE, TOKEN) + "\n"
    assert message["Subject"] == HEAD.subject
    assert message["From"].addresses[0].display_name == "Ñandú Workers"
    assert (message["To"], message["Message-ID"]) == (ANN.to, ANN.message_id)
    assert message["Date"].datetime == AT
    assert message["List-Id"] == HEAD.list_id
    assert made.isascii() is not is_8bit
    assert b"place" not in made.lower()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f'<a href="https://elsewhere.example/?t={frozen.LEAVE_PLACE}">Look</a>', ""),
        (f'<a href="https://elsewhere.example/?from={LEAVE_URL}">Look</a>', ""),
        ("", f"https://elsewhere.example/#({LEAVE_URL}"),
        *(("", f"https://elsewhere.example/?a={place.decode()}") for place in frozen._PLACES.pattern.split(b"|")),
    ],
)
def test_words_do_not_get_what_is_put_in_for_the_reader(html: str, text: str) -> None:
    with pytest.raises(frozen.PlaceInWords):
        frozen.freeze(HEAD, html=HTML + html, text=TEXT + text)


@pytest.mark.parametrize("is_8bit", [True, False])
def test_mail_programs_can_leave_with_one_click_by_a_token_that_no_copy_of_the_words_carries(is_8bit: bool) -> None:
    made, message = letter(is_8bit=is_8bit)

    assert message["List-Unsubscribe"] == f"<https://liferaft.example/unsubscribe/{OF_THE_HEAD}/>"
    assert made.count(OF_THE_HEAD.encode()) == 1
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("html", "is_8bit"),
    [
        ("<p>" + "many words " * 500 + "</p>", True),
        ("<i>ñ</i><b>word</b>" * 200 + "<!--[if mso]>x<![endif]-->" * 3, True),
        ("<p>" + "語" * 2000 + "</p>", False),
    ],
)
def test_no_line_is_too_long_for_mail_and_none_says_something_else(html: str, is_8bit: bool) -> None:
    made, message = letter(html=HTML.replace("<p>", html + "<p>"), is_8bit=True)

    assert max(map(len, made.split(b"\r\n"))) <= 998
    assert b"\n" not in made.replace(b"\r\n", b"")
    read = content(message, "html").replace("\n>", ">").replace("\n", " ")
    assert html in read
    assert (b"8bit" in made) is is_8bit


def test_quoted_lines_are_as_short_as_they_must_be() -> None:
    made, _message = letter(is_8bit=False)

    assert max(len(line) for line in made.partition(b"\r\n\r\n")[2].split(b"\r\n")) <= 76


@pytest.mark.parametrize("missing", ["html", "text"])
def test_letter_that_nobody_could_leave_by_is_not_made(missing: str) -> None:
    words = {"html": HTML, "text": TEXT} | {missing: "nothing"}

    with pytest.raises(frozen.NoWayToLeave):
        frozen.freeze(HEAD, **words)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@dörfer.example", "ann@xn--drfer-jua.example"),
        ("añn@example.org", "añn@example.org"),
        ("ann@example.org\r\nBcc: all@example.org", None),
        ("ann@example.org, bob@example.org", None),
        ("<ann@example.org>", None),
        ("ann", None),
        ("ann@" + "x" * 251, None),
    ],
)
def test_only_one_plain_address_is_written_to(address: str, sent: str | None) -> None:
    if sent is None:
        with pytest.raises(addressing.AddressRefused):
            addressing.as_sent(address)
    else:
        assert addressing.as_sent(address) == sent
