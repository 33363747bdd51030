"""Takes in the bank's lines: the whole file or nothing, the same file once."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from core import sealing
from ledger.bank_file import Row
from ledger.models import BankLine, BankStatement
from organisation import audit
from organisation.models import User
from organisation.permissions import Permission


class NotAllowed(Exception):
    """This person does not manage the funds."""


class FileTakenAlready(Exception):
    """The same file was taken in before."""


def known(rows: Sequence[Row], *, currency: str) -> list[Row]:
    """Return the rows that look like lines of another file: same day and amount, as many as there are of them."""
    days = {row.on for row in rows}
    there = Counter(
        BankLine.objects.filter(currency=currency, on__in=days).values_list("on", "amount_minor").iterator()
    )
    found = []
    for row in rows:
        if there[row.on, row.minor]:
            there[row.on, row.minor] -= 1
            found.append(row)
    return found


@transaction.atomic
def take_in(
    *, file_name: str, content: bytes, currency: str, rows: Sequence[Row], by: User, at: datetime
) -> BankStatement:
    """Keep the lines of a file; their words, which may name people, are sealed. The file itself is not kept.

    :raises NotAllowed, FileTakenAlready: see there
    """
    if not by.has_perm(Permission.MANAGE_FUNDS):
        raise NotAllowed
    # The same lines may come from two accounts, if these count in two currencies.
    digest = hashlib.sha256(currency.encode() + b"\n" + content).digest()
    try:
        with transaction.atomic():
            statement = BankStatement.objects.create(
                file_name=file_name[:200], sha256=digest, currency=currency, entered_by=by, entered_at=at
            )
    except IntegrityError as error:
        raise FileTakenAlready from error
    lines = [
        BankLine(statement=statement, row=row.number, on=row.on, amount_minor=row.minor, currency=currency)
        for row in rows
    ]
    for line, row in zip(lines, rows, strict=True):
        line.words_sealed = sealing.seal(row.words, context=line.place) if row.words else None
    BankLine.objects.bulk_create(lines, batch_size=500)
    audit.record(actor=by, action="ledger.bank_taken_in", subject=statement, note=file_name[:200], at=at)
    return statement
