"""What of the letters' data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "mail",
    """
OutgoingEmail: a letter on its way out
internal | id key subject language state queued_at due_at claimed_at sent_at attempts last_answer | that it is sent once, and that somebody sees when it is not | good
personal | recipient_sealed | whom it goes to; notices about aid are deleted with theirs | recipient
confidential | text_sealed html_sealed | what it says | letter

Attachment: a file that goes with a letter
personal | id letter name content_type content | receipts and statements on paper | letter

Suppression: an address that gets no letter to many
personal | id address_index reason source since | a keyed hash: nobody is written to again after bouncing, complaining or leaving | suppressed

MailReport: what a mail server said of a letter later
personal | address_index message_id | finds the reader whose letters come back | report
internal | * | who complains is not written to again | report

Pace: how fast a mail domain takes letters
internal | * | no server is pressed | changed
""",
)
