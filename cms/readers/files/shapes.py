"""Knows the lists that other programs give away: Mailchimp, MailPoet, Substack, our own, and a plain table.

A row becomes an ``Entry``: whose address, whether they want letters or said no, since when, and what of. What other
programs keep beside it (names, places, how often somebody opened) is not looked at.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.readers.files import dates
from cms.readers.files.tables import Unreadable, plain
from mail import addressing

_MOST_LETTERS = 254
_LANGUAGES = {code: code for code, _name in settings.LANGUAGES} | {
    "english": "en",
    "inglés": "en",
    "spanish": "es",
    "español": "es",
}


class Wish(StrEnum):
    """What a row says of its reader."""

    YES = "yes"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class Refusal(TextChoices):
    """Why a row is not taken in."""

    NO_ADDRESS = "no_address", gettext_lazy("There is no e-mail address.")
    BAD_ADDRESS = "bad_address", gettext_lazy("This is not an e-mail address.")
    TOO_MANY_CELLS = (
        "too_many_cells",
        gettext_lazy("There are more cells than columns: a comma inside a cell needs quotation marks."),
    )
    NO_CONSENT = "no_consent", gettext_lazy("Nothing says when they agreed to get letters.")
    BAD_DATE = "bad_date", gettext_lazy("The day they agreed on cannot be read. Write it as 2021-03-31.")
    FUTURE = "future", gettext_lazy("The day they agreed on is in the future.")
    PENDING = "pending", gettext_lazy("They never confirmed their address there.")
    DELETED = "deleted", gettext_lazy("They were deleted there.")
    BAD_STATE = "bad_state", gettext_lazy("What the row says of their state is not known here.")
    LEFT_LIST = "left_list", gettext_lazy("They left this list there; another row may have them on another one.")
    TWICE = (
        "twice",
        gettext_lazy("The address stands further up in this file. Topics named here are added to those there."),
    )
    SAID_NO = "said_no", gettext_lazy("Another row of this file says that they left, or cannot be reached.")
    LEFT_HERE = "left_here", gettext_lazy("They left here. An import does not bring them back.")
    SUPPRESSED = (
        "suppressed",
        gettext_lazy("This address gets no letters: they came back, were unwanted, or it left and was erased."),
    )


class Refused(Exception):
    """The row cannot be taken in; ``why`` says what is wrong with it."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Entry:
    """One row that can be understood. ``at``: when they agreed, left or could not be reached; none: the file does not say."""

    number: int
    email: str
    wish: Wish
    at: datetime | None
    language: str
    topics: tuple[str, ...] = ()


_ADDRESS = (
    "email address",
    "email",
    "e mail",
    "e mail address",
    "subscriber email",
    "correo",
    "correo electrónico",
    "mail",
)
_LANGUAGE = ("language", "lang", "locale", "idioma")
_YES = {"subscribed", "active", "confirmed", "enabled", ""}
_STATES: Mapping[str, Wish] = (
    dict.fromkeys(_YES, Wish.YES)
    | dict.fromkeys(("unsubscribed", "left", "opted out", "optout", "email disabled"), Wish.LEFT)
    | dict.fromkeys(("bounced", "cleaned", "hard bounced", "undeliverable"), Wish.BOUNCED)
    | dict.fromkeys(("complained", "spam", "abuse", "spam complaint"), Wish.COMPLAINED)
)
_NOBODY: Mapping[str, Refusal] = dict.fromkeys(
    ("unconfirmed", "pending", "not confirmed yet", "nonsubscribed", "transactional"), Refusal.PENDING
) | dict.fromkeys(("deleted", "trash", "trashed", "archived"), Refusal.DELETED)
_TRUE = {"true", "1", "yes", "t", "y"}


@dataclass(frozen=True)
class Shape:
    """How one program's list looks. Names of columns, the most certain one first.

    :ivar signs: any of these columns tells that it is this shape
    :ivar consent: when they agreed
    :ivar left: when they left
    """

    name: str
    signs: frozenset[str]
    consent: tuple[str, ...]
    state: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    # Who opened nothing for long is still subscribed there.
    inactive_is_yes: bool = False


SHAPES = (
    Shape(
        "Mailchimp",
        frozenset({"optin time", "confirm time", "member rating", "leid", "euid", "unsub time", "clean time"}),
        consent=("confirm time", "optin time"),
        state=("status", "email marketing status"),
        left=("unsub time", "clean time", "last changed"),
        topics=("tags",),
    ),
    Shape(
        "Substack",
        frozenset({"active subscription", "email disabled"}),
        consent=("created at",),
    ),
    Shape(
        "MailPoet",
        frozenset({"global status", "list status", "subscription time", "subscription ip", "confirmation time"}),
        consent=(
            "confirmation time",
            "confirmed at",
            "subscription time",
            "subscribed at",
            "subscribed on",
            "created at",
        ),
        state=("global status", "status"),
        topics=("list", "lists", "segment"),
        inactive_is_yes=True,
    ),
)
PLAIN = Shape(
    "",
    frozenset(),
    consent=(
        "consented at",
        "consent date",
        "said yes",
        "confirmed at",
        "confirmed on",
        "subscribed at",
        "subscribed on",
    ),
    state=("state", "status", "global status"),
    left=("left at", "unsubscribed at"),
    topics=("topics", "topic", "lists", "list", "tags"),
)


@dataclass(frozen=True)
class Reader:
    """Reads the rows of one file. ``all_of_them``: what the whole file says of its readers, if it does."""

    shape: Shape
    columns: Sequence[str]
    order: dates.Order
    all_of_them: str = ""
    _places: dict[str, int] = field(default_factory=dict)

    @property
    def is_mixed(self) -> bool:
        """Whether the same file can have a yes and a no of somebody."""
        return any(name in self._places for name in (*self.shape.state, "email disabled"))

    def entry(self, number: int, cells: list[str]) -> Entry:
        """Return what a row says.

        :raises Refused: if it cannot be understood, or tells of nobody who agreed or left
        """
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            raise Refused(Refusal.TOO_MANY_CELLS)
        email = _address(self._first(cells, _ADDRESS))
        wish = self._wish(cells)
        at = self._time(cells, self.shape.consent if wish == Wish.YES else self.shape.left, is_needed=wish == Wish.YES)
        language = _LANGUAGES.get(self._first(cells, _LANGUAGE).casefold().replace("_", "-").partition("-")[0], "")
        topics = _listed(self._first(cells, self.shape.topics))
        return Entry(number, email, wish, at, language or settings.LANGUAGE_CODE, topics)

    def address_in(self, cells: list[str]) -> str:
        """Return what stands where the address should, for whoever puts the file right."""
        return self._first(cells, _ADDRESS)

    def _first(self, cells: list[str], names: Sequence[str]) -> str:
        """Return the first of these columns that holds something in this row."""
        for name in names:
            place = self._places.get(name)
            if place is not None and place < len(cells) and cells[place]:
                return cells[place]
        return ""

    def _wish(self, cells: list[str]) -> Wish:
        said = self.all_of_them or plain(self._first(cells, self.shape.state))
        if self._first(cells, ("email disabled",)).casefold() in _TRUE:
            said = "email disabled"
        if said == "inactive" and self.shape.inactive_is_yes:
            return Wish.YES
        if said in _NOBODY:
            raise Refused(_NOBODY[said])
        if said not in _STATES:
            raise Refused(Refusal.BAD_STATE)
        wish = _STATES[said]
        if wish == Wish.YES and _STATES.get(plain(self._first(cells, ("list status",)))) != Wish.YES:
            raise Refused(Refusal.LEFT_LIST)
        return wish

    def _time(self, cells: list[str], names: Sequence[str], *, is_needed: bool) -> datetime | None:
        written = self._first(cells, names)
        if not written:
            return None
        try:
            return dates.read(written, order=self.order)
        except ValueError:
            if is_needed:
                raise Refused(Refusal.BAD_DATE) from None
            return None


def reader(columns: Sequence[str], *, file_name: str = "", order: dates.Order = dates.Order.UNCLEAR) -> Reader:
    """Return who reads a file with these columns.

    :raises Unreadable: if it has no column of addresses
    """
    names = [name for name in columns if name]
    if not any(name in _ADDRESS for name in names):
        raise Unreadable(
            _("The first line must name the columns, and one of them “email”. It says: %(names)s.")
            % {"names": ", ".join(_harmless(name) for name in names[:12])}
        )
    shape = next((shape for shape in SHAPES if shape.signs.intersection(names)), PLAIN)
    places: dict[str, int] = {}
    for place, name in enumerate(columns):
        places.setdefault(name, place)
    return Reader(shape, columns, order, _said_by_the_file(names, file_name), places)


def _said_by_the_file(columns: Sequence[str], file_name: str) -> str:
    """Return what a file says of all in it: Mailchimp gives one for those who left, one for those who bounced."""
    if "unsub time" in columns:
        return "unsubscribed"
    if "clean time" in columns:
        return "cleaned"
    begins = file_name.casefold().replace("-", "_").partition("_")[0].partition(".")[0]
    return begins if begins in {"unsubscribed", "cleaned", "nonsubscribed", "pending"} else ""


def _harmless(name: str) -> str:
    """A file without a line of names has an address there, which is nobody's business."""
    return "…@…" if "@" in name else name[:30]


def _address(written: str) -> str:
    # A spreadsheet's apostrophe before what would be a formula is no part of it.
    email = written[1:] if written[:1] == "'" and written[1:2] in set("=+-@") else written
    if not email:
        raise Refused(Refusal.NO_ADDRESS)
    if len(email) > _MOST_LETTERS:
        raise Refused(Refusal.BAD_ADDRESS)
    try:
        validate_email(email)
        return addressing.one_form(email)
    except (ValidationError, addressing.AddressRefused):
        raise Refused(Refusal.BAD_ADDRESS) from None


def _listed(written: str) -> tuple[str, ...]:
    """Return the names in a cell: ``"Events","Members"`` as Mailchimp writes them, or parted by commas or semicolons."""
    if not written:
        return ()
    separator = max(",;|", key=written.count)
    try:
        names = next(csv.reader([written], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        names = written.split(separator)
    return tuple(name.strip() for name in names if name.strip())
