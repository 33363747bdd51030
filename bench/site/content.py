"""What the benchmarks read: an issue of twenty blocks and three pictures, and a campaign with goal, levels and form."""

import io
from datetime import UTC, date, datetime
from typing import Any

import django
from django.core.files.base import ContentFile
from PIL import Image as Pillow

PARAGRAPH = (
    "<p>The raft is made of what we found: barrels, rope, and a <b>long</b> plank that somebody had painted blue. On the"
    ' first evening it held four of us. By the end of the week it held a stove, and <a href="/terms/">a list</a> of who'
    " would look after it on which night.</p><p>Nobody was told what to do. Whoever saw a loose knot tied it, and wrote"
    " beside the list what they had used, so that the next person would not have to look for it.</p>"
)
AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)


def build() -> None:
    """Write organisation, fund, gift, issue and campaign into an empty database."""
    from ledger.models import Fund
    from organisation.models import Organisation

    Organisation.objects.create(pk=1, name="Bench Workers", tagline="Made for a benchmark", email="post@bench.example")
    fund = Fund.objects.create(slug="general", name="General")
    give(fund)
    pictures = [picture(colour) for colour in ("#f26a1b", "#0e2233", "#7a8b99")]
    write_issue(pictures)
    write_campaign(fund, pictures)


def give(fund: Any) -> None:
    """Book a gift, so that the campaign has come some way."""
    from moneyed import Money

    from core.money import currency_of
    from ledger import posting
    from ledger.models import Account, Kind

    amount = Money(141, currency_of(fund.currency))
    lines = [posting.Line(Account.STRIPE, fund, amount), posting.Line(Account.GIFTS, fund, -amount)]
    posting.post(kind=Kind.GIFT, reference="bench:1", lines=lines, occurred_at=AT, at=AT)


def picture(colour: str) -> Any:
    from wagtail.images.models import Image

    stored = io.BytesIO()
    Pillow.new("RGB", (1600, 900), colour).save(stored, "PNG")
    name = f"bench-{colour[1:]}.png"
    return Image.objects.create(title=f"A plain field, {colour}", file=ContentFile(stored.getvalue(), name=name))


def block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def image(picture: Any) -> dict[str, Any]:
    return block("image", {"image": picture.pk, "decorative": False, "alt_text": "A plain field of one colour"})


def part(picture: Any) -> list[dict[str, Any]]:
    """Six blocks, one of them a picture."""
    return [
        block("text", PARAGRAPH),
        block("heading", {"text": "What came of it", "level": "section"}),
        image(picture),
        block("text", PARAGRAPH),
        block("quote", {"text": "We had all tied the same knot.", "who": "A worker"}),
        block(
            "call_to_action",
            {"audience": "workers", "text": "Were you there?", "label": "Tell us", "page": None, "address": "/aid/"},
        ),
    ]


def facts() -> dict[str, Any]:
    return block(
        "facts", {"facts": [{"number": "4", "what": "people"}, {"number": "7", "what": "nights"}], "source": ""}
    )


def write_issue(pictures: list[Any]) -> None:
    from cms.models import NewsletterIndexPage, NewsletterIssuePage, StandingText

    bodies = [
        [*part(each), *more] for each, more in zip(pictures, ([facts()], [block("divider", None)], []), strict=True)
    ]
    articles = [
        block(
            "article",
            {"headline": f"Article {number}", "byline": "Ana Ruiz", "slug": f"article-{number}", "body": body},
        )
        for number, body in enumerate(bodies, start=1)
    ]
    page = NewsletterIssuePage(
        title="The week on the raft",
        slug="bench-issue",
        number=1,
        date=date(2026, 3, 10),
        intro="<p>Welcome aboard.</p>",
        articles=articles,
        closing=StandingText.objects.create(name="Closing", body="<p>Until next month.</p>"),
        search_description="Knots, barrels, and a stove.",
        share_image=pictures[0],
    )
    NewsletterIndexPage.objects.get().add_child(instance=page).save_revision().publish()


def write_campaign(fund: Any, pictures: list[Any]) -> None:
    from cms.models import CampaignIndexPage, CampaignPage

    page = CampaignPage(
        title="Keep the raft afloat",
        slug="bench-campaign",
        lead="We need a thousand dollars a month.",
        body=[one for each in pictures for one in part(each)] + [facts(), block("divider", None)],
        fund=fund,
        goal_kind=CampaignPage.Goal.MONTHLY,
        goal_amount=1000,
        levels=[block("level", {"amount": str(amount), "what": f"pays for {amount} knots"}) for amount in (10, 25, 50)],
        questions=[
            block("question", {"question": f"Question {number}?", "answer": PARAGRAPH}) for number in range(1, 4)
        ],
        share_image=pictures[1],
    )
    CampaignIndexPage.objects.get().add_child(instance=page).save_revision().publish()


if __name__ == "__main__":
    django.setup()
    build()
