"""Puts the packages' proofs together: everything that must be true of books, receipts, aid, letters and the audit chain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aid import proofs as aid_proofs
from donations import proofs as donations_proofs
from donations import statement_proofs
from ledger import proofs as ledger_proofs
from organisation import audit
from organisation.models import AuditEvent


@dataclass(frozen=True)
class Proof:
    """One package's proof: what it counts, and the sentences that name what is broken."""

    name: str
    checked: Callable[[], dict[str, int]]
    broken: Callable[[], Iterator[str]]


PROOFS = [
    Proof("books", ledger_proofs.checked, ledger_proofs.broken),
    Proof("gifts and receipts", donations_proofs.checked, donations_proofs.broken),
    Proof("annual statements", statement_proofs.checked, statement_proofs.broken),
    Proof("aid", aid_proofs.checked, aid_proofs.broken),
    Proof("audit trail", lambda: {"audit events": AuditEvent.objects.count()}, audit.broken_links),
]
