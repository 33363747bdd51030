"""What money moved, what is promised, what is proposed, closed, sealed and seen at the bank."""

from ledger.models.bank import BankLine, BankMatch, BankStatement
from ledger.models.books import ASSETS, BY_HAND, Account, Entry, Fund, Kind, Transaction
from ledger.models.chain import Head, Leaf, Node
from ledger.models.closing import Closing
from ledger.models.promises import Promise
from ledger.models.proposals import Proposal

__all__ = [
    "ASSETS",
    "BY_HAND",
    "Account",
    "BankLine",
    "BankMatch",
    "BankStatement",
    "Closing",
    "Entry",
    "Fund",
    "Head",
    "Kind",
    "Leaf",
    "Node",
    "Promise",
    "Proposal",
    "Transaction",
]
