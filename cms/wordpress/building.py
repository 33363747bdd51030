"""Makes the content of a page from a cleaned record: which type of page it becomes, and its fields."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import slugify
from wagtail.models import Page

from cms.blocks import own_slug
from cms.models import (
    CampaignIndexPage,
    CampaignPage,
    HomePage,
    NewsletterIndexPage,
    NewsletterIssuePage,
    StandardPage,
)
from cms.wordpress import recognising
from cms.wordpress.media import Media
from cms.wordpress.pieces import Cleaned, Divider, Gap, GiftForm, Heading, Picture, Piece, Quote, Text
from cms.wordpress.reading import Record
from ledger.models import Fund
from organisation.models import Organisation


@dataclass
class Built:
    """A page to be: its type, the type of its parent, its fields, its blocks by sort, the pictures that are missing."""

    model: type[Page]
    parent: type[Page]
    fields: dict[str, Any]
    blocks: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build(*, record: Record, cleaned: Cleaned, media: Media, at: datetime) -> Built:
    """A page with the old gift form is a campaign, a post “Newsletter N …” an issue, everything else a plain page."""
    built = Built(StandardPage, HomePage, {"title": record.title[:255]})
    number = recognising.issue_number(record.title) if record.type == "post" else None
    if number is not None:
        _make_issue(built, record, cleaned, media, number, at)
    elif any(isinstance(piece, GiftForm) for piece in cleaned.pieces):
        _make_campaign(built, cleaned, media)
    else:
        built.fields["body"] = _stream(cleaned.pieces, media, built)
    return built


def _make_campaign(built: Built, cleaned: Cleaned, media: Media) -> None:
    built.model, built.parent = CampaignPage, CampaignIndexPage
    fund = _general_fund()
    goal = recognising.monthly_goal(cleaned.pieces)
    levels = recognising.levels(cleaned.pieces)
    built.fields |= {
        "body": _stream(cleaned.pieces, media, built),
        "fund": fund,
        "levels": [{"type": "level", "value": {"amount": str(amount), "what": what}} for amount, what in levels],
    }
    if goal is not None and fund is not None:
        built.fields |= {"goal_kind": CampaignPage.Goal.MONTHLY, "goal_amount": goal}
        built.notes.append(f"A goal of {goal:,} a month was read from the text: look whether it is still right.")
    if fund is None:
        built.notes.append("There is no fund yet: choose the campaign's fund and goal at the desk.")
    if levels:
        built.notes.append("What amounts do was read from the list; the list stayed in the text too.")


def _general_fund() -> Fund | None:
    open_funds = Fund.objects.filter(is_public=True, is_restricted=False).order_by("pk")
    return open_funds.filter(slug="general").first() or open_funds.first()


def _make_issue(built: Built, record: Record, cleaned: Cleaned, media: Media, number: int, at: datetime) -> None:
    built.model, built.parent = NewsletterIssuePage, NewsletterIndexPage
    opening, *articles = recognising.articles(cleaned.pieces)
    intro = ""
    if articles and all(isinstance(piece, Text) for piece in opening.pieces):
        intro = "".join(piece.html for piece in opening.pieces if isinstance(piece, Text))
    elif opening.pieces:
        opening.headline = record.title
        articles.insert(0, opening)
    taken: set[str] = set()
    built.fields |= {
        "number": number,
        "date": (record.published_at or at).astimezone(ZoneInfo(Organisation.current().time_zone)).date(),
        "intro": intro,
        "articles": [
            {
                "type": "article",
                "value": {
                    "headline": article.headline,
                    "byline": article.byline,
                    "slug": own_slug(slugify(article.headline), taken),
                    "body": _stream(article.pieces, media, built),
                },
            }
            for article in articles
        ],
    }
    built.blocks["article"] = len(articles)


def _stream(pieces: list[Piece], media: Media, built: Built) -> list[dict[str, Any]]:
    blocks = []
    for piece in pieces:
        block = _picture(piece, media, built) if isinstance(piece, Picture) else _block(piece)
        if block is None:
            continue
        built.blocks[block["type"]] += 1
        if block["value"] is not _LATER:
            blocks.append(block)
    return blocks


_LATER = object()  # a picture in a dry run: counted, not stored


def _block(piece: Piece) -> dict[str, Any] | None:
    match piece:
        case Heading(text, level):
            return {"type": "heading", "value": {"text": text, "level": "section" if level == 2 else "part"}}
        case Text(html):
            return {"type": "text", "value": html}
        case Quote(text, who):
            return {"type": "quote", "value": {"text": text, "who": who}}
        case GiftForm():
            return {"type": "donate", "value": {"title": "", "fund": ""}}
        case Divider():
            return {"type": "divider", "value": None}
    return None


def _picture(piece: Picture, media: Media, built: Built) -> dict[str, Any] | None:
    path, problem = media.find(piece.src)
    if path is None:
        built.gaps.append(Gap("image", piece.src, problem))
        return None
    if not piece.alt:
        built.gaps.append(Gap("alt", path.name, "has no words for those who cannot see it; it is marked as decoration"))
    image = media.take(path, piece.alt)
    if image is None:
        return {"type": "image", "value": _LATER}
    return {"type": "image", "value": {"image": image.pk, "decorative": not piece.alt, "alt_text": piece.alt[:255]}}
