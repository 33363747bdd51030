"""What the public reads, and where it came from."""

from cms.models.campaigns import CampaignIndexPage, CampaignPage
from cms.models.newsletter import NewsletterIndexPage, NewsletterIssuePage, StandingText
from cms.models.origins import LegacyLink, WordPressOrigin
from cms.models.pages import HomePage, StandardPage
from cms.models.search_texts import SearchText
from cms.models.sending import Delivery, Sending, SendingVariant
from cms.models.subscribers import ConsentRecord, Subscriber, Topic
from cms.models.workflow import SecondPerson

__all__ = [
    "CampaignIndexPage",
    "CampaignPage",
    "ConsentRecord",
    "Delivery",
    "HomePage",
    "LegacyLink",
    "NewsletterIndexPage",
    "NewsletterIssuePage",
    "SearchText",
    "SecondPerson",
    "Sending",
    "SendingVariant",
    "StandardPage",
    "StandingText",
    "Subscriber",
    "Topic",
    "WordPressOrigin",
]
