"""What of the pages' data is how delicate, what for, and how long it is kept: see ``core.data_map``."""

from core import data_map

MAP = data_map.read(
    "cms",
    """
HomePage: the first page
public | * | what the public reads | changed

StandardPage: a page of text
public | * | what the public reads | changed

CampaignIndexPage: the list of campaigns
public | * | what the public reads | changed

CampaignPage: a campaign
public | * | what the public reads | changed

NewsletterIndexPage: the list of newsletters
public | * | what the public reads | changed

NewsletterIssuePage: a newsletter
public | * | what the public reads | changed

StandingText: text that stands on several pages
public | * | what the public reads | changed

Topic: what issues are about
public | * | readers choose what they get | changed

Subscriber: a reader by mail
personal | key email address_index language topics | gets the letters they asked for, and no others | reader
personal | paused_until source_detail consented_at asked_at left_at left_by | what they decided, and when | reader
personal | id state source created_at reminders | that nobody is asked or written to more than they want | reader

ConsentRecord: what a reader asked for, and when
personal | id subscriber what how at | proves that a reader wants what they get | reader

Subscriber_topics: which topics a reader wants
personal | id subscriber topic | gets the letters they asked for, and no others | reader

NewsletterIssuePage_topics: what an issue is about
public | * | readers choose what they get | changed

Sending_topics: to whom an issue goes
internal | * | who chose these topics gets it | good

SecondPerson: the step at which a second person agrees
internal | * | no issue leaves by one person's hand | changed

Sending: an issue on its way to its readers
internal | * | who asked and who agreed, and that selected is chosen and left out | good

SendingVariant: the letter as it left
public | * | what was sent can be read again | good

Delivery: one reader's letter of one issue
personal | subscriber domain answer | reaches each reader once; what became of it | reader
internal | * | the counts go on when the reader is erased | good

SearchText: the words of a page, to be found by
public | * | what the public reads is found | changed

LegacyLink: an address of the old site
public | * | leads old links to the new page | changed

WordPressOrigin: where an imported page came from
internal | * | an import can be run twice | changed
""",
)
