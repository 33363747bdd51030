"""Puts together what the packages hold sealed, for who changes the keys. A package says it in its ``sealed.py``."""

from aid import sealed as aid_sealed
from core.resealing import Sealed
from ledger import sealed as ledger_sealed
from mail import sealed as mail_sealed
from organisation import sealed as organisation_sealed

SEALED: list[Sealed] = [
    *aid_sealed.SEALED,
    *ledger_sealed.SEALED,
    *mail_sealed.SEALED,
    *organisation_sealed.SEALED,
]
