"""A letter to many, frozen: the whole MIME message as bytes, with places for what is personal.

It is made once for each variant; a reader's letter is these bytes with a few words put in, and nothing is rendered,
encoded or parsed for it. Kept as 8bit, because that is what can be read; for a server that takes only seven bits, or under a
DKIM signature (RFC 6376, 5.3: a relay that turned it into seven bits later would break it), ``ready`` writes it as
quoted-printable once, with the places whole.
"""

import hashlib
import quopri
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.utils import format_datetime

# Stands for the token in the leave address, wherever the address stands. One word of letters and digits, which no template
# escapes and no line breaks; it goes in as it is and must come out as it is.
LEAVE_PLACE = "leaveplace8f3a61c27d04e95b"
_LEAVE = LEAVE_PLACE.encode()
# Stands for another token in the head's leave address, which only mail programs use.
_LEAVE_HEAD = b"headplace5e0d7b2a94c8f361"
_TO = b"toplace2b9d40e6f8137ac5"
_DATE = b"dateplace6c1e83a7f05d92b4"
_MESSAGE_ID = b"messageidplace91d7f3b05a8c2e64"
# Where the token stands in quoted-printable, whose lines are short.
_LEAVE_QUOTED = b"quotedplace4a7d0c93e2b86f15"
_PLACES = re.compile(b"|".join([_LEAVE, _LEAVE_HEAD, _LEAVE_QUOTED, _TO, _DATE, _MESSAGE_ID]))

# RFC 5322, 2.1.1, without the line's end; room is left for a token, which is longer than its place.
_LONGEST_LINE = 998
_ROOM = 200
_BREAK_AFTER = 500
# RFC 2045, 6.7: a line has at most 76, with the "=" at its end.
_QUOTED_LINE = 75
_SOFT_END = b"=\r\n"
# Where white space changes nothing in a tag: between its last name or value and its end. Not at the end of a comment.
_TAG_END = re.compile(rb"[\w\"'](?=>)")


class NoWayToLeave(Exception):
    """A part of the letter does not carry the leave address, by which its reader can leave."""


class PlaceInWords(Exception):
    """The letter's own words hold a place: what is personal would be put in where somebody else reads it."""


@dataclass(frozen=True)
class Head:
    """What the letter's head says that is the same for all. ``leave_url`` has LEAVE_PLACE where the token stands."""

    subject: str
    sender: str
    list_id: str
    leave_url: str
    language: str


@dataclass(frozen=True)
class Person:
    """What is personal in a letter. ``to``: as ``mail.addressing`` gives it; ``leave``: the token of the leave address.

    ``leave_head``: the token of the same address in the head. A copy that is passed on mostly has no head.
    """

    to: str
    message_id: str
    leave: str
    leave_head: str


@dataclass(frozen=True)
class Ready:
    """A frozen letter taken apart at its places, to be put together many times.

    ``has_dots``: whether a line of it begins with a dot, which SMTP doubles. What is put in never begins with one.
    """

    pieces: tuple[bytes, ...]
    places: tuple[bytes, ...]
    is_8bit: bool
    has_dots: bool


def freeze(head: Head, *, html: str, text: str) -> bytes:
    """Return the whole message, 8bit, with its places.

    :param html: a whole document; :param text: the same in plain text; both carry ``head.leave_url``
    :raises NoWayToLeave: if the address to leave is not in both parts and the head
    :raises PlaceInWords: if a place stands elsewhere than where it was put
    """
    if not all(LEAVE_PLACE in part for part in (head.leave_url, html, text)):
        raise NoWayToLeave
    parts = [("text/plain", _lines(text)), ("text/html", _folded(_lines(html)))]
    boundary = b"=_" + hashlib.sha256(b"\0".join(content for _kind, content in parts)).hexdigest()[:32].encode()
    lines = [
        _header("From", head.sender),
        b"To: " + _TO,
        _header("Subject", head.subject),
        b"Date: " + _DATE,
        b"Message-ID: " + _MESSAGE_ID,
        _header("List-Id", head.list_id),
        # RFC 8058: one HTTPS address, and the word that lets mail programs POST to it.
        b"List-Unsubscribe: <" + head.leave_url.encode("ascii").replace(_LEAVE, _LEAVE_HEAD) + b">",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        # RFC 3834, and for older programs: nobody's absence is worth telling the sender of a letter to many.
        b"Auto-Submitted: auto-generated",
        b"Precedence: bulk",
        _header("Content-Language", head.language),
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/alternative; boundary="' + boundary + b'"',
        b"",
    ]
    for kind, content in parts:
        lines += [b"--" + boundary, f'Content-Type: {kind}; charset="utf-8"'.encode()]
        lines += [b"Content-Transfer-Encoding: 8bit", b"", content]
    message = b"\r\n".join([*lines, b"--" + boundary + b"--", b""])
    if any(message.count(place) != 1 for place in (_TO, _DATE, _MESSAGE_ID, _LEAVE_HEAD)) or _LEAVE_QUOTED in message:
        raise PlaceInWords
    # An address that begins before ours takes it along as its own: "https://elsewhere.example/?from=https://ours/…".
    ours = re.compile(rb'(?<![^\s"<>])' + re.escape(head.leave_url.encode("ascii")))
    if message.count(_LEAVE) != len(ours.findall(message)):
        raise PlaceInWords
    return message


def ready(frozen: bytes, *, is_8bit: bool) -> Ready:
    """Return a frozen letter ready to be filled.

    :param is_8bit: whether the server takes eight bits (8BITMIME) and nothing is signed; lines that are too long for mail
        are written as quoted-printable anyway
    """
    is_8bit = is_8bit and max(map(_length, frozen.split(b"\r\n"))) <= _LONGEST_LINE
    letter = frozen if is_8bit else _quoted(frozen)
    return Ready(
        pieces=tuple(_PLACES.split(letter)),
        places=tuple(_PLACES.findall(letter)),
        is_8bit=is_8bit and not letter.isascii(),
        has_dots=b"\r\n." in letter,
    )


def fill(letter: Ready, person: Person, *, at: datetime) -> bytes:
    """Return one reader's letter, whole, without the dots of SMTP.

    :param at: when it is written, by the wall clock
    """
    leave = person.leave.encode("ascii")
    values = {
        _TO: person.to.encode(),
        _DATE: format_datetime(at.astimezone(UTC)).encode(),
        _MESSAGE_ID: person.message_id.encode("ascii"),
        _LEAVE: leave,
        _LEAVE_HEAD: person.leave_head.encode("ascii"),
        _LEAVE_QUOTED: _SOFT_END.join(
            leave[start : start + _QUOTED_LINE] for start in range(0, len(leave), _QUOTED_LINE)
        ),
    }
    filled = [letter.pieces[0]]
    for place, piece in zip(letter.places, letter.pieces[1:], strict=True):
        filled += [values[place], piece]
    return b"".join(filled)


def _header(name: str, value: str) -> bytes:
    """Return a header as mail wants it: words beyond ASCII encoded (RFC 2047), folded."""
    folded: str = policy.SMTP.header_factory(name, value).fold(policy=policy.SMTP)
    return folded.rstrip("\r\n").encode("ascii")


def _lines(text: str) -> bytes:
    """Return the text with the line ends of mail and one at its end."""
    return b"\r\n".join([*(line.encode() for line in text.splitlines()), b""])


def _folded(html: bytes) -> bytes:
    """Break long lines of HTML where it changes nothing: between words, and inside a tag before its end."""
    return b"\r\n".join(_broken(line) if len(line) > _BREAK_AFTER else line for line in html.split(b"\r\n"))


def _broken(line: bytes) -> bytes:
    found, start = [], 0
    while len(line) - start > _BREAK_AFTER:
        end = start + _BREAK_AFTER
        space = line.rfind(b" ", start + 1, end)
        tags = [tag.end() for tag in _TAG_END.finditer(line, start + 1, end)]
        if space < 0 and not tags:
            break
        place = space if space > 0 else tags[-1]
        found.append(line[start:place])
        start = place + (space > 0)
    return b"\r\n".join([*found, line[start:]])


def _length(line: bytes) -> int:
    return len(line) + _ROOM * line.count(_LEAVE)


def _quoted(frozen: bytes) -> bytes:
    """Write each part as quoted-printable, with its places whole."""
    head, _, rest = frozen.partition(b"\r\n\r\n")
    boundary = b"--" + head.rpartition(b'boundary="')[2].rstrip(b'"')
    written = [head + b"\r\n\r\n"]
    for part in rest.split(boundary)[1:-1]:
        part_head, _, content = part.partition(b"\r\n\r\n")
        part_head = part_head.replace(b"Transfer-Encoding: 8bit", b"Transfer-Encoding: quoted-printable")
        written += [boundary, part_head, b"\r\n\r\n", _quoted_content(content)]
    return b"".join([*written, boundary, b"--\r\n"])


def _quoted_content(content: bytes) -> bytes:
    """Return a part's content in quoted-printable, each place between two soft line ends."""
    pieces = [
        quopri.encodestring(piece.replace(b"\r\n", b"\n"), quotetabs=False).replace(b"\n", b"\r\n")
        for piece in content.split(_LEAVE)
    ]
    return (_SOFT_END + _LEAVE_QUOTED + _SOFT_END).join(pieces)
