"""A fresh database has the pages that every other page links to."""

import pytest
from django.test import Client

from cms.models import CampaignPage, NewsletterIssuePage
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
