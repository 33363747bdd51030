"""What the books hold sealed in confidence: the bank's words. (How the books themselves are sealed is ``ledger.tree``.)"""

from core import resealing
from ledger.models import BankLine

SEALED: list[resealing.Sealed] = [
    resealing.Column(BankLine, "words_sealed", lambda line: str(line.place)),
]
