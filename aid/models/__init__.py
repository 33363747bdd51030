"""How help is asked for and given: all records of aid, by subject."""

from aid.models.cases import Case, CaseLink, Person, Reinstatement
from aid.models.keeping import CapMark, CaseStatistic, LegalHold, RetentionRule, Tombstone
from aid.models.looking import Conflict, Hold, Match, Reveal, Surge
from aid.models.payments import Confirmation, Disbursement, DisbursementAttempt, TaxRecord
from aid.models.policies import Policy, PolicyBand
from aid.models.requests import AidRequest, Appeal, CaseEvent
from aid.models.reviews import Decision, DeclineBatch, Review
from aid.models.talk import AnswerTemplate, Attachment, Complaint, Message, Note

__all__ = [
    "AidRequest",
    "AnswerTemplate",
    "Appeal",
    "Attachment",
    "CapMark",
    "Case",
    "CaseEvent",
    "CaseLink",
    "CaseStatistic",
    "Complaint",
    "Confirmation",
    "Conflict",
    "Decision",
    "DeclineBatch",
    "Disbursement",
    "DisbursementAttempt",
    "Hold",
    "LegalHold",
    "Match",
    "Message",
    "Note",
    "Person",
    "Policy",
    "PolicyBand",
    "Reinstatement",
    "RetentionRule",
    "Reveal",
    "Review",
    "Surge",
    "TaxRecord",
    "Tombstone",
]
