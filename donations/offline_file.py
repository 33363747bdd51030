"""Reads a file of offline gifts: comma or semicolon separated, with a line of column names. Says of each line what is wrong."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.money import AmountUnclear, parse_amount
from donations import offline
from donations.models import Method, Payment
from ledger.models import Fund

NEEDED = ("date", "amount", "method", "fund")
_OLD_COLUMNS = (*NEEDED, "name", "email", "address", "campaign", "reference")
_NEW_COLUMNS = ("goods", "benefit", "benefit_value")
COLUMNS = (*_OLD_COLUMNS, *_NEW_COLUMNS)
_METHODS = {
    "cheque": Method.CHEQUE,
    "check": Method.CHEQUE,
    "cash": Method.CASH,
    "bank": Method.BANK,
    "bank transfer": Method.BANK,
    "transfer": Method.BANK,
    "goods": Method.IN_KIND,
    "in kind": Method.IN_KIND,
    "in-kind": Method.IN_KIND,
}


class Unreadable(Exception):
    """The file is no table that we understand. ``args[0]`` is a sentence for whoever sent it."""


@dataclass(frozen=True)
class Row:
    """One line. ``number`` counts the lines of the file as an editor shows them."""

    number: int
    cells: Mapping[str, str]
    entered: offline.Entered | None = None
    problems: list[str] = field(default_factory=list)
    doubles: list[Payment] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return self.entered is not None and not self.problems


def decode(content: bytes) -> str:
    """Return the text of a file as spreadsheets save it: UTF-8, or what Windows calls ANSI.

    :raises Unreadable: if it is neither
    """
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(_("This is not a CSV file. Save the table as “CSV (UTF-8)” and try again."))


def digest(rows: list[Row]) -> bytes:
    """Return the SHA-256 by which the same lines are known again, whatever the file is called."""
    # Files that were taken in before there were goods are still known again.
    lines = [
        "\x1f".join(
            [row.cells.get(column, "") for column in _OLD_COLUMNS]
            + [row.cells[column] for column in _NEW_COLUMNS if row.cells.get(column)]
        )
        for row in rows
    ]
    return hashlib.sha256("\x1e".join(sorted(lines)).encode()).digest()


def read(text: str, *, today: date) -> list[Row]:
    """Return the lines with what is wrong with each.

    :param today: where the legal entity is; nothing is received later

    :raises Unreadable: if there is no line of column names, a needed column is missing, or there are too many lines
    """
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text.lstrip("\ufeff")), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    try:
        lines = [(reader.line_num, [cell.strip() for cell in line]) for line in reader if any(c.strip() for c in line)]
    except csv.Error as error:
        raise Unreadable(_("The file breaks off inside a quoted field. Please check its quotation marks.")) from error
    if not lines:
        raise Unreadable(_("The file is empty."))
    names = [name.lower() for name in lines[0][1]]
    missing = [column for column in NEEDED if column not in names]
    if missing:
        raise Unreadable(_("The first line must name the columns. Missing: %(names)s.") % {"names": ", ".join(missing)})
    if len(lines) - 1 > offline.MOST_ROWS:
        raise Unreadable(_("At most %(most)s lines at a time. Please split the file.") % {"most": offline.MOST_ROWS})
    funds = {key: fund for fund in Fund.objects.all() for key in (fund.slug.lower(), fund.name.lower())}
    return [
        _row(number, dict(zip(names, cells, strict=False)), surplus=len(cells) - len(names), funds=funds, today=today)
        for number, cells in lines[1:]
    ]


def _row(number: int, cells: dict[str, str], *, surplus: int, funds: Mapping[str, Fund], today: date) -> Row:
    problems = (
        [_("There are more fields than columns: a comma inside a field needs quotation marks.")] if surplus > 0 else []
    )
    problems += _text_problems(cells)
    found: dict[str, object] = {}
    parts: list[Callable[[], dict[str, object]]] = [
        lambda: _fund(cells, funds),
        lambda: _method(cells),
        lambda: _day(cells, today),
    ]
    for part in parts:
        try:
            found |= part()
        except ValidationError as error:
            problems += error.messages
    fund = found.get("fund")
    if isinstance(fund, Fund):
        try:
            found |= _amount(cells, fund)
            found |= _benefit(cells, found["amount"])
        except ValidationError as error:
            problems += error.messages
    if problems:
        return Row(number, cells, problems=problems)
    entered = offline.Entered(
        **found,  # type: ignore[arg-type]  # each part was checked above, under its name
        name=cells.get("name", ""),
        email=cells.get("email", ""),
        address=cells.get("address", "").replace("|", "\n"),
        campaign=cells.get("campaign", ""),
        bank_reference=cells.get("reference", ""),
        row=number,
    )
    return Row(number, cells, entered=entered, doubles=offline.doubles(entered))


def _fund(cells: Mapping[str, str], funds: Mapping[str, Fund]) -> dict[str, object]:
    fund = funds.get(cells.get("fund", "").lower())
    if fund is None:
        raise ValidationError(_("There is no fund “%(typed)s”.") % {"typed": cells.get("fund", "")})
    return {"fund": fund}


def _amount(cells: Mapping[str, str], fund: Fund) -> dict[str, object]:
    typed = cells.get("amount", "")
    try:
        amount = parse_amount(typed, fund.currency)
    except AmountUnclear as error:
        raise ValidationError(
            _("“%(typed)s” is not an amount in %(currency)s.") % {"typed": typed, "currency": fund.currency}
        ) from error
    if amount.amount > offline.MOST:
        raise ValidationError(_("“%(typed)s” is more than one gift can be.") % {"typed": typed})
    return {"amount": amount}


def _benefit(cells: Mapping[str, str], gift: Any) -> dict[str, object]:
    """Return what the donor received in return, which is not worth more than the gift."""
    typed, words = cells.get("benefit_value", ""), cells.get("benefit", "")
    if not typed and not words:
        return {}
    if not typed or not words:
        raise ValidationError(_("What the donor received needs a description (benefit) and a value (benefit_value)."))
    try:
        benefit = parse_amount(typed, gift.currency)
    except AmountUnclear as error:
        raise ValidationError(_("“%(typed)s” is not a value of what the donor received.") % {"typed": typed}) from error
    if benefit > gift:
        raise ValidationError(_("What the donor received cannot be worth more than the gift."))
    return {"benefit": benefit, "benefit_words": words}


def _method(cells: Mapping[str, str]) -> dict[str, object]:
    method = _METHODS.get(cells.get("method", "").lower())
    if method is None:
        raise ValidationError(
            _("The method must be cheque, cash, bank or goods, not “%(typed)s”.") % {"typed": cells.get("method", "")}
        )
    goods = cells.get("goods", "")
    if method == Method.IN_KIND and not goods:
        raise ValidationError(_("What was given needs a word in the column “goods”."))
    if method != Method.IN_KIND and goods:
        raise ValidationError(_("The column “goods” is for gifts that are no money."))
    return {"method": method, "goods": goods}


def _day(cells: Mapping[str, str], today: date) -> dict[str, object]:
    try:
        day = date.fromisoformat(cells.get("date", ""))
    except ValueError as error:
        raise ValidationError(
            _("Write the date as 2026-03-31, not “%(typed)s”.") % {"typed": cells.get("date", "")}
        ) from error
    if day > today:
        raise ValidationError(_("%(typed)s is in the future.") % {"typed": day.isoformat()})
    if day < offline.FIRST_DAY:
        raise ValidationError(_("%(typed)s is too long ago.") % {"typed": day.isoformat()})
    return {"received_on": day}


def _text_problems(cells: Mapping[str, str]) -> Iterator[str]:
    email = cells.get("email", "")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            yield _("“%(typed)s” is not an e-mail address.") % {"typed": email}
    if not email and not cells.get("name"):
        yield _("A name or an e-mail address is needed.")
    for column, most in {
        "name": 120,
        "email": 254,
        "address": 500,
        "campaign": 80,
        "reference": 120,
        "goods": 200,
        "benefit": 200,
    }.items():
        if len(cells.get(column, "")) > most:
            yield _("The field “%(column)s” is longer than %(most)s characters.") % {"column": column, "most": most}
    campaign = cells.get("campaign", "")
    if campaign and not campaign.replace("-", "").replace("_", "").isalnum():
        yield _("“%(typed)s” is not the short name of a campaign.") % {"typed": campaign}
