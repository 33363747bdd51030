"""Puts the demonstration's pages into the tree, once. What is there already stays as it is."""

import io
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image as Pillow
from PIL import ImageDraw
from wagtail.images.models import Image
from wagtail.models import Page

from cms.demo import issues, texts
from cms.models import (
    CampaignIndexPage,
    CampaignPage,
    HomePage,
    NewsletterIndexPage,
    NewsletterIssuePage,
    StandingText,
    Topic,
)
from ledger.models import Fund

_PICTURE_TITLE = "Demonstration: a raft"


@transaction.atomic
def build(at: datetime) -> None:
    """Make the home page's text, four issues (the last one a draft) and two campaigns; issues are dated back from ``at``."""
    home = HomePage.objects.get()
    if not home.headline:
        home.headline, home.lead = texts.HEADLINE, texts.LEAD
        home.body = texts.HOME
        _publish(home)
    picture = _picture()
    _build_issues(at)
    campaigns = CampaignIndexPage.objects.get()
    for campaign in texts.CAMPAIGNS:
        if not CampaignPage.objects.filter(slug=campaign["slug"]).exists():
            fields: dict[str, Any] = campaign | {"fund": Fund.objects.filter(slug=campaign["fund"]).first()}
            if fields["fund"] is None:
                fields |= {"goal_kind": CampaignPage.Goal.NONE, "goal_amount": None}
            page = CampaignPage(**fields, share_image=picture)
            _publish(campaigns.add_child(instance=page))


def _build_issues(at: datetime) -> None:
    topics = {
        name: Topic.objects.get_or_create(name=name, defaults={"name_es": spanish})[0]
        for name, spanish in issues.TOPICS.items()
    }
    closings = {
        name: StandingText.objects.get_or_create(name=name, defaults={"body": body})[0]
        for name, body in issues.CLOSINGS.items()
    }
    archive = NewsletterIndexPage.objects.get()
    for issue in issues.ISSUES:
        if NewsletterIssuePage.objects.filter(number=issue.number).exists():
            continue
        published = at - timedelta(days=issue.days_ago)
        page = NewsletterIssuePage(
            title=issue.title,
            slug=f"newsletter-{issue.number}",
            number=issue.number,
            date=published.date(),
            intro=issue.intro,
            articles=[{"type": "article", "value": article} for article in issue.articles],
            closing=closings[issue.closing],
            search_description=issue.summary,
            topics=[topics[name] for name in issue.topics],
            share_image=_picture(),
            first_published_at=None if issue.is_draft else published,
            live=not issue.is_draft,
        )
        archive.add_child(instance=page)
        if issue.is_draft:
            page.save_revision()
        else:
            _publish(page)


def _publish(page: Page) -> None:
    page.save_revision().publish()


def _picture() -> Image:
    """A raft on the water, drawn here."""
    known = Image.objects.filter(title=_PICTURE_TITLE).first()
    if known is not None:
        return known
    canvas = Pillow.new("RGB", (1200, 630), "#fbf8f1")
    draw = ImageDraw.Draw(canvas)
    draw.ellipse((420, 130, 780, 490), outline="#f26a1b", width=70)
    for box in [(570, 120, 630, 210), (570, 410, 630, 500), (410, 280, 500, 340), (700, 280, 790, 340)]:
        draw.rectangle(box, fill="#fbf8f1")
    draw.rectangle((0, 440, 1200, 630), fill="#0e2233")
    stored = io.BytesIO()
    canvas.save(stored, "PNG", optimize=True)
    return Image.objects.create(
        title=_PICTURE_TITLE,
        description="A ring buoy floats on dark water",
        file=ContentFile(stored.getvalue(), name="demonstration-raft.png"),
    )
