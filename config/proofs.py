"""Puts the packages' proofs together: everything that must be true of books, receipts, aid, letters and the audit chain."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from aid import proofs as aid_proofs
from cms.sending import proofs as letter_proofs
from donations import proofs as donations_proofs
from donations import statement_proofs
from ledger import proofs as ledger_proofs
from ledger import tree_proofs
from organisation import audit
from organisation.models import AuditEvent

log = logging.getLogger(__name__)


def _nothing(at: datetime) -> Iterable[str]:
    return ()


@dataclass(frozen=True)
class Proof:
    """One package's proof: what it counts, and the sentences that name what is broken.

    ``noted`` says what is worth knowing and no fault, ``warned`` what somebody should look at.
    """

    name: str
    checked: Callable[[], dict[str, int]]
    broken: Callable[[], Iterator[str]]
    noted: Callable[[datetime], Iterable[str]] = _nothing
    warned: Callable[[datetime], Iterable[str]] = _nothing


@dataclass(frozen=True)
class Part:
    """What a proof found. ``took``: seconds."""

    checked: dict[str, int]
    broken: list[str]
    notes: list[str]
    warnings: list[str]
    took: float


PROOFS = [
    Proof("books", ledger_proofs.checked, ledger_proofs.broken),
    Proof("sealed books", tree_proofs.checked, tree_proofs.broken, tree_proofs.noted, tree_proofs.warned),
    Proof("gifts and receipts", donations_proofs.checked, donations_proofs.broken),
    Proof("annual statements", statement_proofs.checked, statement_proofs.broken, statement_proofs.noted),
    Proof("aid", aid_proofs.checked, aid_proofs.broken),
    Proof("letters", letter_proofs.checked, letter_proofs.broken, warned=letter_proofs.warned),
    Proof("audit trail", lambda: {"audit events": AuditEvent.objects.count()}, audit.broken_links),
]


@transaction.atomic
def prove(*, at: datetime, tell: Callable[[str], object] = lambda name: None) -> dict[str, Part]:
    """Look at everything in one snapshot of the database (in a test, in the test's own transaction).

    :param tell: is told the name of each part as it begins
    """
    connection = transaction.get_connection()
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    found = {}
    for proof in PROOFS:
        tell(proof.name)
        found[proof.name] = _look_at(proof, at=at)
    return found


def _look_at(proof: Proof, *, at: datetime) -> Part:
    """Look at one part. A row that makes its proof fail is something broken: it neither hides the others nor the rest."""
    began = time.perf_counter()
    part = Part(checked={}, broken=[], notes=[], warnings=[], took=0)
    try:
        with transaction.atomic():
            part.broken.extend(proof.broken())
            part.checked.update(proof.checked())
            part.notes.extend(proof.noted(at))
            part.warnings.extend(proof.warned(at))
    except Exception as error:
        log.exception("The proof of %s could not be finished.", proof.name)
        part.broken.append(f"{proof.name}: this proof could not be finished: {type(error).__name__}")
    return replace(part, took=round(time.perf_counter() - began, 3))
