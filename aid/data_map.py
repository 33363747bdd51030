"""What of aid's data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "aid",
    """
Person: one human being as far as we know, without a word about them
internal | id | limits count over all cases of one person | good

Case: one worker's report, found again by seven words
internal | id person | the case itself, and whose other cases count with it | good
confidential | words_fingerprint | keyed hash of the seven words that open the case | story
internal | words_noted_at language created_at came_in_surge acknowledged_at erased_at kind | how the case goes | good
internal | happened_on written country tenure hits_rejected lost_minor rating_before rating_after | coarse answers: to judge the case, to count what happens to many | story
confidential | notice_sealed requester_sealed | what happened, to judge it | story
confidential | requester_index | cases about one requester find each other | story
personal | worker_id_sealed email_sealed | which account it is about; where a notice may go | identity
personal | worker_id_index email_index | cases of one worker find each other | identity

CaseLink: a link that was mailed and opens the case once
confidential | digest | keyed hash of the link | link
internal | id case expires_at used_at | that it opens once and for minutes | link

Reinstatement: the worker's word on what became of the account
internal | id case outcome on at | to count how suspensions end | good

AidRequest: what a case asks for
internal | id case fund policy status version revision round wants_money currency submitted_at due_on answer_by taken_by | how the request goes, by which rules | good
internal | needs amount_minor pay_method | what is asked for, in categories: to decide and to pay | good
confidential | story_sealed story_index | in the worker's own words: to decide; a hash finds copies | story
personal | pay_to_sealed pay_to_index | where the money should go; cases that share it find each other | identity

CaseEvent: one step of a request
internal | * | what happened when: the worker's timeline, the proof of the rules | good

Appeal: the worker's word against a decline
internal | request at | that there is one | good
confidential | ground_sealed | for those who decide again | story

Review: a caseworker's recommendation
internal | id request version round reviewer recommendation amount_minor approvals_needed reason checked batch at | who recommended what: the proof of the rules | good
confidential | note_sealed | for those who decide | story

Decision: another person's answer to a review
internal | id review decider outcome amount_minor revision at | who decided what: the proof of the rules | good
internal | digest | keyed hash: what is paid is what was approved | good
confidential | note_sealed | for the reviewer | story

DeclineBatch: requests that are to be declined for one reason, decided on as a list
internal | * | who decided on which list | good

Policy: what a fund allows, in versions
public | * | the rules by which was decided | good

PolicyBand: how many approvals an amount needs
public | * | the rules by which was decided | good

Disbursement: money that is to reach a worker
internal | * | what was set aside and paid: belongs to the books | good

DisbursementAttempt: one try to send the money
internal | id disbursement number state method amount_minor transaction sent_on recorded_by recorded_at fail_reason failed_at failed_by | what was sent and booked, and by whom | good
personal | provider_reference_sealed | finds the payment at the bank or provider | tax

Confirmation: the worker's word on whether the money arrived
internal | * | that money reached whom it was for | good

TaxRecord: what the law makes a payer keep of a grant
internal | attempt purpose | for what was paid, in categories | good
personal | payee_sealed | to whom was paid | tax

Message: what worker and staff write to each other
internal | id case sender author is_question at seen_at | that there was a word, and whose | good
confidential | body_sealed | to help, to ask, to answer | story

Note: what staff write for each other
internal | id case author at | that there was a word, and whose | good
confidential | body_sealed | to work on a case together | story

AnswerTemplate: a message that is written often
internal | * | to start a message from | changed

Attachment: a file that a worker added; its bytes lie sealed on disk
internal | id case kind size state at gone_at | that there was a file, of which kind | good
internal | digest | keyed hash: the same file twice is one | good
confidential | name_sealed | what the worker's device called it, shown to the worker | attachment

Complaint: what a worker says about how we treated them
internal | id case about at closed_at closed_by | that there was one, and who closed it | good
confidential | body_sealed answer_sealed | for the steward, and for the worker | story

Reveal: somebody opened a closed detail of a case
internal | id case detail reason by at | the worker sees who looked, and why | access

Conflict: a person at the desk knows the worker
internal | id person case at lifted_at lifted_by | keeps them from that case | good
personal | worker_id_index | keyed hash of a Worker ID: keeps them from cases that come later | good

Match: a human's answer to whether two cases are of one person
internal | * | is asked once and counts for the limits | good

Hold: stops approval and payment for a while
internal | id request reason by at until lifted_at lifted_by looked_at looked_by | who stopped what, for how long | good
confidential | note_sealed | for the colleagues | story

Surge: a time in which many are hit at once
internal | * | when the usual wait was lifted | good

RetentionRule: how long one class of data is kept
internal | * | what this map calls the days of a class | changed

LegalHold: a law asks to keep a case
internal | id case by at lifted_at lifted_by | freezes erasing of one case | good
confidential | reason_sealed | for the steward; goes once the hold is lifted | story

Tombstone: what of a case was erased, when and on whose wish
internal | * | that it was, without what it was | good

CapMark: a keyed hash of an erased identity while a grant still counts against the cap
internal | id case until | which grant still counts, and until when | good
personal | index | a new case of the same worker is seen to look like this one; goes when the period is over | identity

CaseStatistic: what may be counted of a case that is gone
internal | * | numbers over years, in coarse steps, tied to no case; published only in groups of ten | good
""",
)
