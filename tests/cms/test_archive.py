"""The archive leads to every issue, and each page says of itself what others show: in the head, in data, in the site map."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.images.models import Image
from wagtail.models import PageViewRestriction

from cms import demo
from cms.models import HomePage, NewsletterIndexPage, NewsletterIssuePage
from tests.conftest import NOON

# Wagtail leaves the file of a picture that it makes to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
_HERE = "http://localhost:8000"


def _issue(number: int, day: date) -> NewsletterIssuePage:
    page = NewsletterIssuePage(title=f"Newsletter {number}", slug=f"newsletter-{number}", number=number, date=day)
    NewsletterIndexPage.objects.get().add_child(instance=page)
    return page


def _data(text: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    return json.loads(found[1]) if found else None


def _told(text: str, name: str) -> list[str]:
    return re.findall(rf'<meta (?:property|name)="{re.escape(name)}" content="([^"]*)">', text)


def test_archive_of_many_issues_is_by_year_and_reads_no_texts(
    client: Client, home: HomePage, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 41):
        _issue(number, date(2020 + number // 10, 1 + number % 10, 5))

    with django_assert_max_num_queries(16):
        text = client.get("/newsletter/").content.decode()

    assert re.findall(r'href="#year-(\d+)"', text) == ["2024", "2023", "2022", "2021", "2020"]
    assert [int(number) for number in re.findall(r"No\. (\d+)", text)] == list(range(40, 0, -1))
    assert 'action="/search/"' in text
    assert 'name="in" value="newsletter"' in text


def test_issue_leads_to_its_neighbours_and_can_be_passed_on(client: Client, issue: NewsletterIssuePage) -> None:
    _issue(5, date(2025, 12, 1))
    _issue(8, date(2026, 2, 9)).unpublish()
    hidden = _issue(6, date(2026, 1, 1))
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.PASSWORD, password="x")

    text = client.get("/newsletter/newsletter-7/").content.decode()

    assert 'href="/newsletter/newsletter-5/" rel="prev"' in text
    assert 'rel="next"' not in text
    assert f'href="mailto:?subject=Newsletter%207%3A%20the%20long%20week&amp;body={_HERE.replace(":", "%3A")}' in (
        text.replace("%2F%2F", "//")
    )
    assert f">{_HERE}/newsletter/newsletter-7/</a>" in text


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        ("/newsletter/newsletter-7/", "/newsletter/newsletter-7/"),
        ("/newsletter/newsletter-7/?utm_source=letter", "/newsletter/newsletter-7/"),
        ("/newsletter/newsletter-7/forty-days/", "/newsletter/newsletter-7/forty-days/"),
        ("/terms/", "/terms/"),
    ],
)
def test_page_names_itself_in_each_language(
    client: Client, issue: NewsletterIssuePage, address: str, canonical: str
) -> None:
    english, spanish = client.get(address).content.decode(), client.get(f"/es{address}").content.decode()

    assert f'<link rel="canonical" href="{_HERE}{canonical}">' in english
    assert f'<link rel="canonical" href="{_HERE}/es{canonical}">' in spanish
    for text in (english, spanish):
        assert f'hreflang="en" href="{_HERE}{canonical}"' in text
        assert f'hreflang="es" href="{_HERE}/es{canonical}"' in text
        assert f'hreflang="x-default" href="{_HERE}{canonical}"' in text


def test_article_is_shared_with_its_own_picture_and_words(client: Client, home: HomePage) -> None:
    demo.build(at=NOON)
    issue = NewsletterIssuePage.objects.get(number=2)
    own = Image.objects.create(title="Own", description="A shop sign", file=issue.share_image.file)
    articles = issue.articles.raw_data
    articles[2]["value"]["share_image"] = own.pk
    issue.articles = list(articles)
    issue.save_revision().publish()

    with_own = client.get("/newsletter/newsletter-2/how-to-read-a-rejection/").content.decode()
    with_issues = client.get("/newsletter/newsletter-2/our-next-open-forum/").content.decode()

    assert _told(with_own, "og:title") == ["How to read a rejection"]
    assert _told(with_own, "og:image:alt") == ["A shop sign"]
    assert _told(with_issues, "og:image:alt") == ["A ring buoy floats on dark water"]
    assert _told(with_own, "og:image")[0].startswith(f"{_HERE}/media/")
    assert _told(with_own, "twitter:card") == ["summary_large_image"]
    assert _told(with_own, "og:description")[0].startswith("Look at three things")
    assert _told(with_own, "description") == _told(with_own, "og:description")
    assert _data(with_own)["image"] == _told(with_own, "og:image")


def test_data_of_an_article_is_valid_and_closes_no_script(client: Client, issue: NewsletterIssuePage) -> None:
    odd = "</script><script>alert('x')</script> & \u2028“quotes”"
    articles = issue.articles.raw_data
    articles[0]["value"]["headline"] = odd
    articles[0]["value"]["byline"] = "Ana Ruiz, Ben Cole and Zoë Ito"
    issue.articles = list(articles)
    issue.save_revision().publish()

    article = client.get("/newsletter/newsletter-7/forty-days/").content.decode()
    whole = client.get("/newsletter/newsletter-7/").content.decode()

    data = _data(article)
    assert "alert('x')</script>" not in article
    assert (data["@type"], data["headline"], data["datePublished"]) == ("NewsArticle", odd, "2026-02-03")
    assert [author["name"] for author in data["author"]] == ["Ana Ruiz", "Ben Cole", "Zoë Ito"]
    assert data["isPartOf"]["issueNumber"] == 7
    assert _data(whole)["@type"] == "PublicationIssue"
    assert next(part["url"] for part in _data(whole)["hasPart"]) == f"{_HERE}/newsletter/newsletter-7/forty-days/"
    assert _data(client.get("/").content.decode())["potentialAction"]["@type"] == "SearchAction"
    assert _data(client.get("/terms/").content.decode()) is None


def test_site_map_lists_articles_in_both_languages_and_nothing_private(
    client: Client, issue: NewsletterIssuePage
) -> None:
    issue.save_revision().publish()
    hidden = _issue(6, date(2026, 1, 1))
    PageViewRestriction.objects.create(page=hidden, restriction_type=PageViewRestriction.LOGIN)

    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    entries = {entry.findtext(f"{space}loc"): entry for entry in ET.fromstring(client.get("/sitemap.xml").content)}

    article = entries[f"{_HERE}/es/newsletter/newsletter-7/forty-days/"]
    links = {link.attrib["hreflang"]: link.attrib["href"] for link in article if link.tag.endswith("link")}
    assert article.findtext(f"{space}lastmod")
    assert links == {
        "en": f"{_HERE}/newsletter/newsletter-7/forty-days/",
        "es": f"{_HERE}/es/newsletter/newsletter-7/forty-days/",
        "x-default": f"{_HERE}/newsletter/newsletter-7/forty-days/",
    }
    assert {f"{_HERE}/donate/", f"{_HERE}/es/aid/", f"{_HERE}/books/", f"{_HERE}/subscribe/"} <= set(entries)
    assert not [address for address in entries if address and ("newsletter-6" in address or "search" in address)]
