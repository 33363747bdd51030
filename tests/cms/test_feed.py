"""Who follows by feed reads everything there, in any reader, and is told of changes only."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from cms.models import NewsletterIndexPage, NewsletterIssuePage, StandingText, Topic
from ledger.models import Fund
from organisation.models import Organisation
from tests.cms.conftest import article

_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def full_issue(issue: NewsletterIssuePage, general_fund: Fund) -> NewsletterIssuePage:
    """Issue 7 with what a feed may trip over: control characters, a form, links of all kinds, no byline."""
    odd = article(
        "Odd \x0b signs & <tags>",
        (
            "text",
            '<p>Not \x01 seen. <a href="/aid/">Help</a> and <a href="https://example.org/x?a=1&amp;b=2">more</a></p>',
        ),
        ("donate", {"title": "Give to the work", "campaign": None, "fund": "general"}),
        ("facts", {"facts": [{"number": "1 < 2", "what": "of us"}], "source": ""}),
        ("only", {"where": "letter", "body": [{"type": "text", "value": "<p>For letters</p>"}]}),
        slug="odd",
    )
    issue.articles = [*issue.articles.raw_data, {"type": "article", "value": odd[1]}]
    issue.closing = StandingText.objects.create(name="End", body='<p>Goodbye. <a href="#top">Up</a></p>')
    issue.corrections = [{"type": "correction", "value": {"date": "2026-02-09", "text": "It was 41 days."}}]
    issue.topics.add(Topic.objects.create(name="Mass rejections"))
    issue.save_revision().publish()
    return issue


def _feed(client: Client, address: str = "/newsletter/feed/") -> Any:
    return ET.fromstring(client.get(address).content)


def test_entry_holds_the_whole_issue_with_whole_addresses(client: Client, full_issue: NewsletterIssuePage) -> None:
    entry = _feed(client).find(f"{_ATOM}entry")
    content = entry.find(f"{_ATOM}content")

    for words in [
        "Welcome, all of you.",
        "<b>forty</b>",
        "We all had done",
        "Screenshots.",
        "1 &lt; 2",
        "It was 41 days",
    ]:
        assert words in content.text
    assert content.attrib == {"type": "html"}
    assert 'href="http://localhost:8000/aid/"' in content.text
    assert 'href="https://example.org/x?a=1&amp;b=2"' in content.text
    assert 'href="http://localhost:8000/donate/">Give</a>' in content.text
    assert "Odd  signs &amp; &lt;tags&gt;" in content.text
    for unwanted in ["<form", "<input", "For letters", 'href="/', 'src="/', "class="]:
        assert unwanted not in content.text


def test_authors_are_the_bylines_once_each(client: Client, full_issue: NewsletterIssuePage) -> None:
    feed = _feed(client)
    entry = feed.find(f"{_ATOM}entry")

    assert [name.text for name in entry.iter(f"{_ATOM}name")] == ["Ana Ruiz", "Ben Cole"]
    assert feed.find(f"{_ATOM}author/{_ATOM}name").text == "Raft Workers"
    assert [category.attrib["term"] for category in entry.iter(f"{_ATOM}category")] == ["Mass rejections"]


def test_entry_keeps_its_id_and_tells_when_it_was_changed(
    client: Client,
    full_issue: NewsletterIssuePage,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    before = _feed(client).find(f"{_ATOM}entry")
    full_issue.slug = "moved"
    with django_capture_on_commit_callbacks(execute=True):
        full_issue.save_revision().publish()
    after = _feed(client).find(f"{_ATOM}entry")

    assert before.find(f"{_ATOM}id").text == after.find(f"{_ATOM}id").text == f"urn:uuid:{full_issue.translation_key}"
    assert before.find(f"{_ATOM}updated").text <= after.find(f"{_ATOM}updated").text
    assert after.find(f"{_ATOM}link").attrib["href"] == "http://localhost:8000/newsletter/moved/"


def test_spanish_feed_is_another_feed_of_the_same_entries(client: Client, full_issue: NewsletterIssuePage) -> None:
    english, spanish = _feed(client), _feed(client, "/es/newsletter/feed/")

    assert english.attrib.values() != spanish.attrib.values()
    assert english.find(f"{_ATOM}id").text != spanish.find(f"{_ATOM}id").text
    assert spanish.find(f"{_ATOM}entry/{_ATOM}id").text == english.find(f"{_ATOM}entry/{_ATOM}id").text
    assert (
        "http://localhost:8000/es/newsletter/newsletter-7/" in spanish.find(f"{_ATOM}entry/{_ATOM}link").attrib["href"]
    )


def test_reader_who_has_it_gets_nothing_again(
    client: Client,
    full_issue: NewsletterIssuePage,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = client.get("/newsletter/feed/")
    headers = {"if-none-match": first.headers["ETag"], "if-modified-since": first.headers["Last-Modified"]}

    again = client.get("/newsletter/feed/", headers=headers)
    full_issue.title = "Newsletter 7: corrected"
    with django_capture_on_commit_callbacks(execute=True):
        full_issue.save_revision().publish()
    changed = client.get("/newsletter/feed/?utm_source=x", headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert changed.status_code == 200


def test_drafts_and_private_issues_stay_out_and_an_empty_feed_is_a_feed(
    client: Client, liferaft: Organisation, issue: NewsletterIssuePage
) -> None:
    issue.unpublish()

    feed = _feed(client)

    assert feed.find(f"{_ATOM}entry") is None
    assert feed.find(f"{_ATOM}updated").text
    assert NewsletterIndexPage.objects.get().title
