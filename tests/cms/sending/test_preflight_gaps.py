"""A draft may have gaps, and autosave writes over it. Nobody is told that it is fine because nobody looked."""

import json
from datetime import datetime
from typing import Any

import pytest

from cms.models import NewsletterIssuePage
from cms.sending.preflight import checking, filled
from cms.sending.preflight.findings import Level
from organisation.models import User
from tests.cms.letter_stage import block, picture

pytestmark = pytest.mark.django_db


def draft(issue: NewsletterIssuePage, *, headline: str, body: list[dict[str, Any]]) -> NewsletterIssuePage:
    """The issue with one article, as Wagtail stores it without asking for what is missing."""
    value = {"headline": headline, "byline": "", "slug": "what-we-won", "body": body, "share_image": None}
    issue.articles = json.dumps([block("article", value)])
    return issue


def test_what_a_draft_lacks_stops_it_and_is_named(issue: NewsletterIssuePage) -> None:
    body = [
        block("image", {"image": picture().pk, "decorative": False, "alt_text": ""}),
        block("only", {"where": "web", "body": [block("quote", {"text": "", "who": ""})]}),
        block("facts", {"facts": [{"number": "", "what": "letters"}], "source": ""}),
    ]

    finding = filled.look(draft(issue, headline="", body=body))

    assert finding.level == Level.STOPS
    assert [item.partition(": ")[0] for item in finding.items] == [
        "1. Article, Headline",
        "1. Article, Article, 1. Image, Alt text",
        "1. Article, Article, 2. Only on the web, or only in the letter, What stands there, 1. Quote, Quote",
        "1. Article, Article, 3. Numbers and facts, Facts, Fact 1, Number",
    ]


def test_a_picture_that_is_decoration_is_no_gap(issue: NewsletterIssuePage) -> None:
    body = [block("image", {"image": picture().pk, "decorative": True, "alt_text": ""})]

    assert filled.look(draft(issue, headline="What we won", body=body)).level == Level.FINE


def test_what_autosave_wrote_over_was_not_looked_at(issue: NewsletterIssuePage, edith: User, now: datetime) -> None:
    looked_at = issue.save_revision(user=edith)
    checking.check(issue, looked_at, whole=False, at=now)
    assert checking.last(looked_at)

    issue.save_revision(user=edith, overwrite_revision=looked_at)

    assert checking.last(looked_at) is None
