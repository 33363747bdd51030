"""Pages to look at, and somebody to make them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from cms.models import CampaignIndexPage, CampaignPage, HomePage, NewsletterIndexPage, NewsletterIssuePage
from ledger.models import Fund
from organisation.models import Organisation, User


@pytest.fixture
def home(liferaft: Organisation) -> HomePage:
    page: HomePage = HomePage.objects.get()
    return page


def article(headline: str, *blocks: tuple[str, Any], byline: str = "", slug: str = "") -> tuple[str, dict[str, Any]]:
    """An article as the pages' ``articles`` take it."""
    body = [{"type": kind, "value": value} for kind, value in blocks]
    return ("article", {"headline": headline, "byline": byline, "slug": slug, "body": body})


@pytest.fixture
def issue(home: HomePage) -> NewsletterIssuePage:
    """Issue 7, with two signed articles."""
    page = NewsletterIssuePage(
        title="Newsletter 7: the long week",
        slug="newsletter-7",
        number=7,
        date=date(2026, 2, 3),
        intro="<p>Welcome, all of you.</p>",
        articles=[
            {
                "type": "article",
                "value": article(
                    "Forty days",
                    ("text", "<p>It took <b>forty</b> days.</p>"),
                    ("heading", {"text": "What came first", "level": "section"}),
                    ("quote", {"text": "We all had done the same task.", "who": "Wanda"}),
                    byline="Ana Ruiz",
                    slug="forty-days",
                )[1],
            },
            {
                "type": "article",
                "value": article("What helps", ("text", "<p>Screenshots.</p>"), byline="Ben Cole", slug="what-helps")[
                    1
                ],
            },
        ],
    )
    NewsletterIndexPage.objects.get().add_child(instance=page)
    return page


@pytest.fixture
def campaign(home: HomePage, general_fund: Fund) -> CampaignPage:
    """A campaign with a monthly goal of 5,000 dollars for the general fund."""
    page = CampaignPage(
        title="Keep us afloat",
        slug="keep-us-afloat",
        lead="We need five thousand dollars a month.",
        body=[{"type": "text", "value": "<p>This is why.</p>"}],
        fund=general_fund,
        goal_kind=CampaignPage.Goal.MONTHLY,
        goal_amount=5000,
        levels=[{"type": "level", "value": {"amount": "50", "what": "pays for one appeal"}}],
        questions=[{"type": "question", "value": {"question": "Can I stop?", "answer": "<p>At any time.</p>"}}],
    )
    CampaignIndexPage.objects.get().add_child(instance=page)
    return page


@pytest.fixture
def as_editor(client: Client, edith: User) -> Client:
    """Edith at the desk."""
    client.force_login(edith)
    return client
