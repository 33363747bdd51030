"""What the public reads, and where it came from."""

from cms.models.campaigns import CampaignIndexPage, CampaignPage
from cms.models.newsletter import NewsletterIndexPage, NewsletterIssuePage, StandingText
from cms.models.origins import LegacyLink, WordPressOrigin
from cms.models.pages import HomePage, StandardPage

__all__ = [
    "CampaignIndexPage",
    "CampaignPage",
    "HomePage",
    "LegacyLink",
    "NewsletterIndexPage",
    "NewsletterIssuePage",
    "StandardPage",
    "StandingText",
    "WordPressOrigin",
]
