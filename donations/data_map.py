"""What of the gifts' data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "donations",
    """
Donor: a supporter
internal | id reference language since details_at merged_into erased_at | ties gifts of one person together | good
personal | email name address | receipts, letters about their gifts | donor

Checkout: a wish to give
internal | id reference state language amount_minor currency interval fund campaign fee_cover_minor started_at opened_at ended_at | what was to be paid | good
personal | email name honouree employer | receipt and letter; whom the gift honours; who may match it | unpaid
personal | stripe_session_id | finds the payment at Stripe | good

Subscription: a gift that comes again
internal | id reference state donor checkout amount_minor currency interval fund campaign started_at paid_until paused_until ended_at | what is paid when | good
personal | stripe_id stripe_customer_id card_brand card_last4 card_expires_on | finds it at Stripe; warns of a card that expires | good

SubscriptionChange: what somebody asked to change about a recurring gift
internal | id subscription kind amount_minor interval until asked_by asked_at heard_at refused_at refusal | Stripe is told once | good
personal | payment_method_id | Stripe's name for a new card | good

Payment: a gift that was paid
internal | id reference method balance_transaction_id livemode donor checkout subscription legal_entity fund campaign interval given_minor given_currency gross_minor fee_minor net_minor currency occurred_at recorded_at ledger_transaction | the books | good
personal | charge_id intent_id invoice_id | finds it at Stripe | good

Refund: money that goes back
internal | * | the books | good

HeldPayment: money that came and was not what was agreed
internal | * | somebody looks at it | good

Dispute: a bank asks money back
internal | * | answered in time, and booked | good

DisputeMove: what moved in a dispute
internal | * | the books | good

FraudWarning: a bank's word that a card may be stolen
internal | * | a small gift is given back in time | good

FailedRenewal: a recurring gift that could not be taken
internal | * | the supporter is told | good

OfflineBatch: a file of gifts that came by other ways
internal | * | is taken in once; do not name it after a person | good

OfflineGift: a gift by cheque, bank or cash
internal | id payment received_on batch batch_row entered_by | the books | good
personal | bank_reference goods | finds it at the bank; what was given | donor

Payout: money that Stripe sent to the bank
internal | * | the books | good

ReceiptSeries: the numbers of one year
internal | * | no number is used twice or left out | good

Receipt: a receipt as it was issued
internal | id series sequence number code state payment replaces amount_minor currency issued_on issued_at ended_at ended_because erased_at | the tax office asks for it | good
personal | snapshot | everything the paper says; whoever is erased is taken out of it | donor
internal | snapshot_sha256 | a paper that comes back is known | good

ReceiptDocument: a receipt as PDF
internal | id receipt sha256 made_at | a paper that comes back is known | good
personal | pdf | the paper | donor

Duplicate: a receipt printed again
internal | id receipt sha256 made_at | a paper that comes back is known | good
personal | pdf | the paper | donor

ReceiptDetails: what staff corrected about a receipt
internal | id payment benefit_minor benefit written_by written_at | explains the value; no name belongs there | good
personal | name address reason | as the next receipt says it | donor

StatementRun: a year's statements being made
internal | * | each is made once | good

StatementTask: one supporter's turn in such a run
internal | * | each is made once | good

Statement: a year's statement as it was issued
internal | id series sequence number code state donor run replaces issued_on issued_at ended_at mailed_at erased_at | the tax office asks for it | good
personal | snapshot | everything the paper says; whoever is erased is taken out of it | donor
internal | snapshot_sha256 content_sha256 | a paper that comes back is known | good

StatementDocument: a statement as PDF
internal | id statement sha256 made_at | a paper that comes back is known | good
personal | pdf | the paper | donor

GivingLink: a link to a supporter's own page
internal | id donor made_at expires_at used_at visit_ends_at | opens once and for minutes | giving_link
confidential | key_hash visit_hash | hashes of what opens it | giving_link

WallEntry: a supporter's words on the wall of thanks
internal | id checkout state decided_by decided_at | is shown once somebody has read it | unpaid
personal | name message | is shown where the supporter asked for it | unpaid
""",
)
