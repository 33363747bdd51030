"""A fresh database has the pages that every other page links to."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from moneyed import Money

from cms import demo, progress
from cms.models import CampaignPage, NewsletterIssuePage
from ledger import posting
from ledger.models import Account, Fund, Kind
from organisation.models import Organisation


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/", "Raft Workers"),
        ("/newsletter/", "No issue has been published yet."),
        ("/campaigns/", "There is no campaign at the moment."),
        ("/privacy/", "set no cookie"),
        ("/terms/", "Gifts go to the fund"),
        ("/accessibility/", "level AA"),
        ("/newsletter/feed/", "Raft Workers: newsletter"),
        ("/sitemap.xml", "/privacy/"),
        ("/robots.txt", "Disallow: /staff/"),
        ("/.well-known/security.txt", "Contact: mailto:post@raft.example"),
    ],
)
def test_fresh_site_answers_and_sets_no_cookie(client: Client, liferaft: Organisation, address: str, says: str) -> None:
    response = client.get(address)

    assert response.status_code == 200
    assert says in response.content.decode()
    assert not response.cookies


def test_spanish_address_shows_the_same_pages(client: Client, liferaft: Organisation) -> None:
    response = client.get("/es/privacy/")

    assert response.status_code == 200
    assert '<html lang="es">' in response.content.decode()


def test_issue_shows_number_date_contents_and_articles_in_order(client: Client, issue: NewsletterIssuePage) -> None:
    text = client.get("/newsletter/newsletter-7/").content.decode()

    places = [text.index(words) for words in ["No. 7", "Feb. 3, 2026", "In this issue", "It took", "Screenshots."]]
    assert places == sorted(places)
    assert "By Ana Ruiz" in text
    assert "<h3>What came first</h3>" in text


def test_article_stands_alone_at_its_own_address(client: Client, issue: NewsletterIssuePage) -> None:
    text = client.get("/newsletter/newsletter-7/forty-days/").content.decode()

    assert "<h1>Forty days</h1>" in text
    assert "<h2>What came first</h2>" in text
    assert "Screenshots." not in text
    assert client.get("/newsletter/newsletter-7/no-such-article/").status_code == 404


def test_archive_and_feed_list_the_issue(client: Client, issue: NewsletterIssuePage) -> None:
    archive = client.get("/newsletter/").content.decode()
    feed = client.get("/newsletter/feed/").content.decode()

    assert '<h2 id="year-2026">2026</h2>' in archive
    assert "Newsletter 7: the long week" in archive
    assert "http://localhost:8000/newsletter/newsletter-7/" in feed


def test_campaign_shows_goal_levels_questions_and_form(client: Client, campaign: CampaignPage) -> None:
    text = client.get("/campaigns/keep-us-afloat/").content.decode()

    assert "$0 of $5,000 this month" in text
    assert "pays for one appeal" in text
    assert "Can I stop?" in text
    assert 'action="/donate/"' in text
    assert 'value="general"' in text


def test_progress_counts_this_month_where_the_organisation_is(
    client: Client, campaign: CampaignPage, general_fund: Fund
) -> None:
    """The month begins at midnight in New York: a gift of 11 pm on the 28th is not of March."""
    for reference, amount, moment in [
        ("stripe:txn_1", 40, datetime(2026, 3, 1, 4, 59, tzinfo=UTC)),
        ("stripe:txn_2", 25, datetime(2026, 3, 1, 5, 0, tzinfo=UTC)),
        ("stripe:txn_3", 10, datetime(2026, 3, 9, 5, 0, tzinfo=UTC)),
    ]:
        gift = Money(amount, "USD")
        posting.post(
            kind=Kind.GIFT,
            reference=reference,
            lines=[
                posting.Line(Account.STRIPE, general_fund, gift),
                posting.Line(Account.GIFTS, general_fund, -gift),
            ],
            occurred_at=moment,
            at=moment,
        )

    state = campaign.progress(datetime(2026, 3, 10, 16, 0, tzinfo=UTC))

    assert state is not None
    assert state.words("en") == "$35 of $5,000 this month"


def test_progress_says_from_how_many_people() -> None:
    state = progress.Progress(Money(3120, "USD"), Money(5000, "USD"), is_monthly=True, people=141)

    assert state.words("en") == "$3,120 of $5,000 this month, from 141 people"


# Wagtail leaves the file of a picture that it makes to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_demonstration_is_made_once_and_shows(client: Client, liferaft: Organisation, general_fund: Fund) -> None:
    for _time in range(2):
        demo.build(at=datetime(2026, 3, 10, 16, 0, tzinfo=UTC))

    assert sorted(NewsletterIssuePage.objects.live().values_list("number", flat=True)) == [1, 2, 3]
    assert CampaignPage.objects.count() == 2
    assert "made up" in client.get("/").content.decode()
    assert "41,200" in client.get("/newsletter/newsletter-2/").content.decode()
