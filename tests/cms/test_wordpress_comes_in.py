"""Pages of WordPress come in clean, with their dates, their links and our gift form in the old one's place."""

import gc
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from moneyed import Money
from PIL import Image as Pillow
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.images.models import Image

from cms.blocks import TEXT_FEATURES
from cms.models import CampaignPage, HomePage, NewsletterIssuePage, StandardPage
from ledger.models import Fund
from tests.cms.wordpress import DONATION, NEWSLETTER, record, save


def _import(source: str, *options: str) -> None:
    call_command("import_wordpress", source, *options)


def _text(page: Any) -> str:
    return "".join(block.value.source for block in page.body if block.block_type == "text")


@pytest.fixture
def donation_page(home: HomePage, general_fund: Fund, tmp_path: Path) -> CampaignPage:
    _import(save(tmp_path, DONATION))
    page: CampaignPage = CampaignPage.objects.get()
    return page


def test_donation_page_becomes_a_campaign_with_clean_blocks_in_order(donation_page: CampaignPage) -> None:
    blocks = [(block.block_type, block.value) for block in donation_page.body]

    assert [kind for kind, _value in blocks] == ["heading", "heading", "text", "donate", "text"]
    assert blocks[0][1]["text"] == "Keep the raft afloat"
    assert blocks[1][1]["text"] == "We\u2019re rowing together"
    assert {value["level"] for kind, value in blocks if kind == "heading"} == {"section"}
    assert donation_page.title == "Give \u2013 keep us afloat"


def test_text_is_free_of_noise_and_keeps_its_list(donation_page: CampaignPage) -> None:
    text = _text(donation_page)

    assert "<p>Our rowers need you. All of them.</p>" in text
    assert "<ul><li>$30 pays for one appeal. There were many in 2022.</li>" in text
    assert "<b>Monthly gifts are vital.</b>" in text
    for noise in ["span", "style", "font", "&nbsp;", "\xa0", "<p></p>", "class="]:
        assert noise not in text


def test_links_stay_and_lead_on(donation_page: CampaignPage) -> None:
    text = _text(donation_page)

    assert 'href="https://other.example/story?a=1&amp;b=2"' in text
    assert 'href="mailto:post@raft.example"' in text
    assert '<a href="/?page_id=61"><b>questions</b></a>' in text
    assert "old.raft.example" not in text


def test_fund_goal_and_levels_are_read_from_the_page(donation_page: CampaignPage, general_fund: Fund) -> None:
    assert donation_page.fund == general_fund
    assert donation_page.goal == Money(1200, "USD")
    assert donation_page.amounts == [
        (Money(30, "USD"), "pays for one appeal"),
        (Money(90, "USD"), "per month will keep the forum moderated"),
    ]


def test_dates_are_those_of_the_old_site(donation_page: CampaignPage) -> None:
    assert donation_page.first_published_at == datetime(2021, 2, 2, 15, 53, 32, tzinfo=UTC)
    assert donation_page.last_published_at == datetime(2024, 9, 16, 7, 31, 22, tzinfo=UTC)
    assert donation_page.latest_revision.created_at == datetime(2024, 9, 16, 7, 31, 22, tzinfo=UTC)


def test_page_shows_our_gift_form(client: Client, donation_page: CampaignPage) -> None:
    page = client.get("/campaigns/give-afloat/").content.decode()

    assert page.count('action="/donate/"') == 1
    assert page.index("Monthly gifts are vital") < page.index('action="/donate/"') < page.index("write to us")


def test_editor_opens_imported_text_without_a_crash(as_editor: Client, donation_page: CampaignPage) -> None:
    response = as_editor.get(f"/staff/pages/{donation_page.pk}/edit/")
    ContentstateConverter(features=TEXT_FEATURES).from_database_format(_text(donation_page))

    assert response.status_code == 200
    assert "Our rowers" in response.content.decode()


def test_post_named_newsletter_becomes_that_issue_with_its_articles(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, NEWSLETTER))

    issue = NewsletterIssuePage.objects.get()
    articles = [child.value for child in issue.articles]
    assert (issue.number, issue.slug, issue.date.isoformat()) == (12, "newsletter-12", "2021-02-02")
    assert issue.intro == "<p>Welcome to the twelfth issue.</p>"
    assert [(a["headline"], a["byline"], a["slug"]) for a in articles] == [
        ("The long night", "Ana Ruiz", "the-long-night"),
        ("The long night", "", "the-long-night-2"),
    ]
    assert [block.block_type for block in articles[0]["body"]] == ["text", "heading", "text"]
    assert articles[1]["body"][1].value["who"] == "Wanda"


def test_issue_without_headings_is_one_article(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "Newsletter #3", "<p>One thing only.</p>", type="post")))

    issue = NewsletterIssuePage.objects.get()
    assert [child.value["headline"] for child in issue.articles] == ["Newsletter #3"]


def test_other_pages_become_plain_pages_at_an_address_of_their_own(home: HomePage, tmp_path: Path) -> None:
    _import(
        save(
            tmp_path,
            record(9, "Books", "<p>What we read.</p>", slug="books"),
            record(10, "Privacy", "<p>Old words.</p>", slug="privacy"),
        )
    )

    assert set(StandardPage.objects.filter(title__in=["Books", "Privacy"]).values_list("slug", flat=True)) == {
        "books-2",
        "privacy",
        "privacy-2",
    }


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_picture_comes_along_with_its_file_and_is_a_named_gap_without(
    home: HomePage, general_fund: Fund, tmp_path: Path
) -> None:
    source, report, files = save(tmp_path, DONATION), tmp_path / "report.out", tmp_path / "files"
    (files / "2021/02").mkdir(parents=True)
    Pillow.new("RGB", (40, 30), "teal").save(files / "2021/02/raft.jpg")

    _import(source, "--report", str(report))
    without = json.loads(report.read_text())["pages"][0]
    _import(source, "--report", str(report), "--media", str(files))
    with_files = json.loads(report.read_text())["pages"][0]

    assert [gap["what"] for gap in without["gaps"] if gap["kind"] == "image"] == [
        "https://old.raft.example/wp-content/uploads/2021/02/raft-300x200.jpg"
    ]
    assert with_files["outcome"] == "changed"
    assert [block.block_type for block in CampaignPage.objects.get().body][:3] == ["heading", "image", "heading"]
    assert Image.objects.count() == 1
    assert '<img alt=""' in Client().get("/campaigns/give-afloat/").content.decode()
    gc.collect()  # Here, where it is expected: Wagtail 7.4 leaves the temporary files of its renditions open.


def test_links_between_pages_that_both_come_lead_to_each_other(client: Client, home: HomePage, tmp_path: Path) -> None:
    first = record(61, "One", '<p><a href="https://old.raft.example/?page_id=62">two</a></p>')
    second = record(62, "Two", '<p><a href="http://older.raft.example/?p=61&amp;x=1">one</a></p>')
    report = tmp_path / "report.out"

    _import(save(tmp_path, first, second), "--report", str(report))

    assert [page["gaps"] for page in json.loads(report.read_text())["pages"]] == [[], []]
    assert client.get("/page-62/").content.decode().count('<a href="/page-61/">one</a>') == 1
    assert client.get("/?page_id=62").headers["Location"] == "/page-62/"
    assert '<a href="/?page_id=62">two</a>' in client.get("/page-61/").content.decode()


def test_html_with_scripts_comes_in_without_them(client: Client, home: HomePage, tmp_path: Path) -> None:
    evil = """<script>alert(1)</script><p onclick="alert(2)">Good <a href="javascript:alert(3)">words</a></p>
    <img src=x onerror="alert(4)"><iframe src="https://tracker.example/pixel"></iframe><svg><script>alert(5)</script></svg>
    <style>p { display: none }</style><form action="https://evil.example"><input name="card"></form>"""
    report = tmp_path / "report.out"

    _import(save(tmp_path, record(9, "Evil <script>alert(6)</script>", evil)), "--report", str(report))

    text = client.get("/page-9/").content.decode()
    for trace in [
        "alert",
        "javascript",
        "onclick",
        "onerror",
        "iframe",
        "tracker.example",
        "evil.example",
        "display: none",
    ]:
        assert trace not in text.replace("Evil alert(6)", "")
    assert "<p>Good words</p>" in text
    page = json.loads(report.read_text())["pages"][0]
    assert page["dropped"]["scripts"] == 2
    assert {gap["what"] for gap in page["gaps"]} >= {"iframe of tracker.example", "form"}


EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old raft</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>Newsletter 5 &amp; more</title><link>https://old.raft.example/?p=81</link>
<guid isPermaLink="false">http://older.raft.example/?p=81</guid>
<content:encoded><![CDATA[First line.
Second line.

Next <b>paragraph</b>, see <a href="https://old.raft.example/?page_id=82">rules</a>. [sic]]]></content:encoded>
<wp:post_id>81</wp:post_id><wp:post_date>2020-05-01 08:00:00</wp:post_date>
<wp:post_date_gmt>2020-05-01 12:00:00</wp:post_date_gmt><wp:post_modified_gmt>0000-00-00 00:00:00</wp:post_modified_gmt>
<wp:post_name>newsletter-5</wp:post_name><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>
<item><title>Rules</title><link>https://old.raft.example/?page_id=82</link>
<content:encoded><![CDATA[<!-- wp:heading --><h2>One</h2><!-- /wp:heading --><!-- wp:paragraph --><p>Be kind.</p><!-- /wp:paragraph -->
[give_form id="7"]]]></content:encoded>
<wp:post_id>82</wp:post_id><wp:post_date_gmt>2020-05-02 12:00:00</wp:post_date_gmt>
<wp:post_name>rules</wp:post_name><wp:status>publish</wp:status><wp:post_type>page</wp:post_type></item>
<item><title>raft</title><wp:post_id>83</wp:post_id><wp:post_type>attachment</wp:post_type></item>
</channel></rss>"""


def test_export_of_wordpress_comes_in_too(home: HomePage, general_fund: Fund, tmp_path: Path) -> None:
    source = tmp_path / "export.xml"
    source.write_text(EXPORT)
    out = io.StringIO()

    call_command("import_wordpress", str(source), stdout=out)

    issue, rules = NewsletterIssuePage.objects.get(), CampaignPage.objects.get()
    text = str(issue.articles[0].value["body"][0].value)
    assert (issue.title, issue.number) == ("Newsletter 5 & more", 5)
    assert issue.first_published_at == datetime(2020, 5, 1, 12, tzinfo=UTC)
    assert "<p>First line.<br/>Second line.</p><p>Next <b>paragraph</b>" in text
    assert "[sic]" in text
    assert [block.block_type for block in rules.body] == ["heading", "text", "donate"]
    assert "Not pages, left out: 1 attachment." in out.getvalue()
