"""Puts together what the packages hold sealed, for who changes the keys. A package says it in its ``sealed.py``."""

from aid import holding
from core.resealing import Sealed, columns_ending_in_sealed
from ledger import sealed as ledger_sealed
from mail import sealed as mail_sealed
from organisation import sealed as organisation_sealed

SEALED: list[Sealed] = [
    *columns_ending_in_sealed("aid", context=holding._place),
    *ledger_sealed.SEALED,
    *mail_sealed.SEALED,
    *organisation_sealed.SEALED,
]
