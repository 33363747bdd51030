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

LegacyLink: an address of the old site
public | * | leads old links to the new page | changed

WordPressOrigin: where an imported page came from
internal | * | an import can be run twice | changed
""",
)
