"""Every block is written once and read as page, e-mail and text; one that lacks a reading does not come in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.test import Client
from wagtail import hooks
from wagtail.blocks import Block, StructBlock

from cms.blocks import ArticleBlock, ArticleBodyBlock, BodyBlock, CorrectionBlock, ImpactBlock
from cms.blocks.plain import Notes
from cms.blocks.written_once import Way, WrittenOnce
from cms.models import CampaignPage, HomePage, NewsletterIssuePage
from core import clock
from ledger.models import Fund
from tests.cms.letter_stage import block, every_block

pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)  # Wagtail 7.4 leaves the temporary files of its renditions open.

# What each block of the stage says, wherever it is read. A new block needs its words here, and itself on the stage.
SAYS = {
    "text": ["forty", "our books", "Then wait."],
    "heading": ["What came first"],
    "image": ["from 200 to"],
    "quote": ["We all had done the same task.", "Wanda"],
    "facts": ["70,000", "tasks rejected in one night", "Source: Our members"],
    "call_to_action": ["Affected workers", "Was your account suspended?", "Report a suspension", "/aid/"],
    "donate": ["$0 of $5,000 this month"],
    "standing_text": ["We are workers", "Write to us"],
    "divider": [],
    "only": ["The table"],
}


def read(block_: Block, value: Any, way: Way, **more: Any) -> str:
    context = {"way": way, "page_address": "https://raft.example/newsletter/27/", "as_of": "today", "notes": Notes()}
    return str(block_.render(value, context=context | {"language": "en", "is_inside_article": True} | more))


def lacking(body: BodyBlock) -> Iterator[str]:
    """Name what blocks have no template for a way of reading, also in a body within the body."""
    for name, child in body.child_blocks.items():
        if not isinstance(child, WrittenOnce):
            yield f"{name} is not written once"
            continue
        for way in Way:
            try:
                get_template(child.template_for(way) or "")
            except TemplateDoesNotExist:
                yield f"{name} has no {way} reading"
        for inner in child.child_blocks.values() if isinstance(child, StructBlock) else []:
            if isinstance(inner, BodyBlock):
                yield from lacking(inner)


class WebOnly(WrittenOnce, StructBlock):
    class Meta:
        template = "cms/blocks/only_preview.html"


def test_every_block_has_three_readings() -> None:
    assert list(lacking(ArticleBodyBlock())) == []
    # A block that somebody left half done is found, also in a body within the body.
    half_done = ArticleBodyBlock([("web_only", WebOnly()), ("foreign", StructBlock([]))])
    assert list(lacking(half_done)) == [
        "web_only has no email reading",
        "web_only has no text reading",
        "foreign is not written once",
    ]


def test_every_block_has_an_icon_that_wagtail_knows() -> None:
    icons: list[str] = []
    for register in hooks.get_hooks("register_icons"):
        icons = register(icons)
    known = {PurePosixPath(icon).stem for icon in icons}
    blocks_ = [*ArticleBodyBlock().child_blocks.values(), ArticleBlock(), CorrectionBlock(), ImpactBlock()]

    assert {child.meta.icon for child in blocks_} - known == set()


@pytest.mark.parametrize("way", Way)
def test_every_block_says_the_same_in_each_reading(way: Way, campaign: CampaignPage) -> None:
    body = ArticleBodyBlock()
    said: dict[str, str] = dict.fromkeys(body.child_blocks, "")
    for child in body.to_python(every_block(campaign=campaign)):
        said[child.block_type] += read(child.block, child.value, way)

    missing = [(kind, words) for kind in body.child_blocks for words in SAYS[kind] if words not in said[kind]]

    assert missing == []


def test_what_is_for_the_web_is_not_in_the_letter_nor_the_other_way_round(campaign: CampaignPage) -> None:
    both = [
        block("only", {"where": "web", "body": [block("text", "<p>The form.</p>")]}),
        block("only", {"where": "letter", "body": [block("text", "<p>A word about it.</p>")]}),
    ]
    body = ArticleBodyBlock()
    stored = body.to_python(both)

    read_as = {way: read(body, stored, way) for way in Way}

    assert [("The form." in words, "A word about it." in words) for words in read_as.values()] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert "A word about it." not in " ".join(body.get_searchable_content(stored))


def test_picture_says_its_words_and_decoration_says_nothing(home: HomePage) -> None:
    pictures = [child for child in ArticleBodyBlock().to_python(every_block()) if child.block_type == "image"]

    as_mail = [read(child.block, child.value, Way.EMAIL) for child in pictures]
    as_text = [read(child.block, child.value, Way.TEXT).strip() for child in pictures]

    assert 'alt="Rejections a day: from 200 to &quot;70,000&quot;"' in as_mail[0]
    assert 'width="552"' in as_mail[0]
    assert ".png" in as_mail[0]
    assert 'alt=""' in as_mail[1]
    assert 'width="400"' in as_mail[1]
    assert ".jpg" in as_mail[1]
    assert as_text == ['[Picture: Rejections a day: from 200 to "70,000"]', ""]


def test_gift_block_shows_how_far_the_campaign_is_and_offers_its_amounts(
    client: Client, campaign: CampaignPage, issue: NewsletterIssuePage
) -> None:
    asks = block("donate", {"title": "Help", "campaign": campaign.pk, "fund": ""})
    issue.articles[0].value["body"] = ArticleBodyBlock().to_python([asks])
    issue.save_revision().publish()

    page = client.get("/newsletter/newsletter-7/").content.decode()

    assert '<progress max="5000.00" value="0' in page
    assert "$0 of $5,000 this month" in page
    assert "$50 <small>pays for one appeal</small>" in page
    assert '<input type="hidden" name="campaign" value="keep-us-afloat">' in page


def test_gift_block_leads_to_the_campaign_or_to_the_fund(campaign: CampaignPage, aid_fund: Fund) -> None:
    donate = BodyBlock().child_blocks["donate"]
    asked = [{"campaign": campaign.pk}, {"campaign": campaign.pk, "fund": "aid"}, {"fund": "aid"}, {}]

    texts = [read(donate, donate.to_python({"title": "", "fund": ""} | value), Way.TEXT) for value in asked]

    assert [text.split()[-1].split("/", 3)[3] for text in texts] == [
        "campaigns/keep-us-afloat/",
        "donate/?fund=aid&campaign=keep-us-afloat",
        "donate/?fund=aid",
        "donate/",
    ]
    # The campaign's own progress is not that of another fund.
    assert ["$5,000" in text for text in texts] == [True, False, False, False]


def test_gift_block_says_when_its_campaign_is_over(campaign: CampaignPage) -> None:
    campaign.ends_on = (clock.now() - timedelta(days=3)).date()
    campaign.save_revision().publish()
    donate = BodyBlock().child_blocks["donate"]
    value = donate.to_python({"title": "", "campaign": campaign.pk, "fund": ""})

    assert all("This campaign ended on" in read(donate, value, way) for way in Way)


def test_a_draft_campaign_is_not_linked(campaign: CampaignPage) -> None:
    campaign.unpublish()
    donate = BodyBlock().child_blocks["donate"]
    value = donate.to_python({"title": "", "campaign": campaign.pk, "fund": ""})

    text = read(donate, value, Way.TEXT)

    assert "keep-us-afloat" not in text
    assert text.rstrip().endswith("/donate/")
