"""An issue that holds every block, with what a letter's reader may meet: pictures, lists, links of all kinds."""

from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image as Pixels
from PIL import ImageDraw
from wagtail.images.models import Image

from cms.models import CampaignPage, NewsletterIndexPage, NewsletterIssuePage, StandingText

LEAVE = "https://raft.example/unsubscribe/LEAVEPLACE/"
PREFERENCES = "https://raft.example/subscribe/PREFERENCESPLACE/"


def picture(title: str = "A graph", *, kind: str = "PNG", size: tuple[int, int] = (1400, 700)) -> Image:
    """A drawing, kept as an uploaded one is."""
    pixels = Pixels.new("RGB", size, "#0b6b57")
    pen = ImageDraw.Draw(pixels)
    pen.polygon([(0, size[1]), (size[0] // 3, size[1] // 4), (size[0], size[1])], fill="#f1ebde")
    file = BytesIO()
    pixels.save(file, kind)
    name = f"picture.{'jpg' if kind == 'JPEG' else kind.lower()}"
    image: Image = Image.objects.create(title=title, file=ImageFile(BytesIO(file.getvalue()), name=name))
    return image


def block(kind: str, value: Any) -> dict[str, Any]:
    """A block as stored."""
    return {"type": kind, "value": value}


def every_block(*, campaign: CampaignPage | None = None) -> list[dict[str, Any]]:
    """One block of every kind that an article may hold, as stored."""
    words = StandingText.objects.create(
        name="Who we are", body='<p>We are workers & friends. <a href="mailto:post@raft.example">Write to us</a>.</p>'
    )
    drawing, photo = picture().pk, picture("The harbour", kind="JPEG", size=(400, 300)).pk
    return [
        block(
            "text",
            "<p>It took <b>forty</b> days &amp; nights until <i>anybody</i> answered; what we did in the meantime, "
            'stands in <a href="/books/">our books</a> and in <a href="https://other.example/report?a=1&amp;b=2">the '
            "report</a>.</p><ol><li>Write down the date.</li><li>Take a screenshot, "
            '<a href="#what-helps">as below</a>.<ul><li>of the notice</li></ul></li></ol><p>Then wait.</p>',
        ),
        block("heading", {"text": "What came first", "level": "section"}),
        block("image", {"image": drawing, "decorative": False, "alt_text": 'Rejections a day: from 200 to "70,000"'}),
        block("quote", {"text": "We all had done the same task.\nAll of us.", "who": "Wanda"}),
        block("heading", {"text": "And then", "level": "part"}),
        block("image", {"image": photo, "decorative": True, "alt_text": ""}),
        block(
            "facts",
            {
                "facts": [
                    {"number": "70,000", "what": "tasks rejected in one night"},
                    {"number": "40", "what": "days until the first rejection was taken back"},
                ],
                "source": "Our members",
            },
        ),
        block(
            "call_to_action",
            {
                "audience": "workers",
                "text": "Was your account suspended?\nTell us what happened.",
                "label": "Report a suspension",
                "page": None,
                "address": "/aid/",
            },
        ),
        block("donate", {"title": "", "campaign": campaign.pk if campaign else None, "fund": ""}),
        block("divider", None),
        block("standing_text", {"text": words.pk}),
        block("only", {"where": "web", "body": [block("text", "<p>The table stands here.</p>")]}),
        block("only", {"where": "letter", "body": [block("text", '<p>The table is <a href="/books/">there</a>.</p>')]}),
    ]


def full_issue(*, campaign: CampaignPage | None = None) -> NewsletterIssuePage:
    """Issue 27 with every block, published."""
    closing = StandingText.objects.create(name="Closing", body="<p>Answer this letter: we read every one.</p>")
    articles = [
        {"headline": "Forty days & nights", "byline": "Ana Ruiz and Ben Cole", "slug": "forty-days"},
        {"headline": "What helps", "byline": "", "slug": "what-helps"},
    ]
    bodies = [every_block(campaign=campaign), [block("text", "<p>Screenshots.</p>")]]
    page = NewsletterIssuePage(
        title="Newsletter 27: the long week",
        slug="newsletter-27",
        number=27,
        date=date(2026, 2, 3),
        intro='<p>Welcome, all of you. Last week was long, and <a href="/newsletter/">earlier issues</a> told why.</p>',
        articles=[block("article", article | {"body": body}) for article, body in zip(articles, bodies, strict=True)],
        closing=closing,
    )
    NewsletterIndexPage.objects.get().add_child(instance=page)
    return page
