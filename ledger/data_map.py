"""What of the books' data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "ledger",
    """
Fund: money for one purpose
public | * | what gifts are for | changed

Transaction: what moved
internal | id kind reference occurred_at recorded_at booked_on reverses written_in | the books | good
internal | memo | what staff say of a booking by hand; no name belongs there | good

Entry: one line of what moved
internal | * | the books | good

BankStatement: a file of the bank's
internal | * | is taken in once; do not name it after a person | good

BankLine: one line of the bank's
internal | id statement row on amount_minor currency | what moved at the bank | good
personal | words_sealed | tells the treasurer which booking it is | bank

BankMatch: this line is this booking
internal | * | the books agree with the bank | good

Leaf: a transaction in the sealed tree
internal | id position transaction salt | ties the tree to the books | good
public | hash sealed_at | anybody can check the proofs | good

Node: a knot of the sealed tree
public | * | anybody can check the proofs | good

Head: the tree's head of a day
public | * | anybody can check the proofs | good

Closing: until when the books are closed
internal | * | nothing is booked by hand before | good

Promise: money that is spoken for
internal | * | a fund is never promised twice | good

Proposal: a booking by hand that takes two people
internal | id kind fund to_fund asset account amount_minor currency on reverses state proposed_by proposed_at decided_by decided_at transaction | who asked for what, who agreed | good
internal | memo answer | why; no name belongs there | good
""",
)
