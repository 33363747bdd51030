"""The building blocks of our pages: few, each with a description and a preview in the editor's picker."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import translate_url
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_from_path, override
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import RichText

from ledger.models import Fund

# What running text may hold. WordPress's text is brought to the same measure (cms/wordpress/cleaning.py).
TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]
AUDIENCES = [
    ("workers", _("Affected workers")),
    ("requesters", _("Requesters")),
    ("allies", _("Allies")),
    ("everyone", _("Everyone")),
]


def fund_choices() -> list[tuple[str, str]]:
    """Return the funds that gifts may go to, for the donate block."""
    return list(Fund.objects.filter(is_public=True).order_by("name").values_list("slug", "name"))


class HeadingBlock(blocks.StructBlock):
    """A heading. Its rank on the page follows from where the block stands: see ``get_context``."""

    text = blocks.CharBlock(label=_("Heading"), max_length=200)
    level = blocks.ChoiceBlock(
        label=_("Size"), choices=[("section", _("Section")), ("part", _("Part of a section"))], default="section"
    )

    class Meta:
        label = _("Heading")
        icon = "title"
        template = "cms/blocks/heading.html"
        description = _("A line that says what comes next")
        preview_value = {"text": _("What we ask for"), "level": "section"}
        label_format = "{text}"

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add ``rank``: 2 for a section, 3 for its part; one more inside an article of an issue."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        first = 3 if context.get("is_inside_article") else 2
        return context | {"rank": first + (value["level"] == "part")}


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    who = blocks.CharBlock(label=_("Who said it"), required=False, max_length=120)

    class Meta:
        label = _("Quote")
        icon = "openquote"
        template = "cms/blocks/quote.html"
        description = _("Somebody's own words")
        preview_value = {
            "text": _("We found out that all of us had done the same task."),
            "who": _("A worker at the open forum"),
        }


class CallToActionBlock(blocks.StructBlock):
    """Asks one audience to do one thing."""

    audience = blocks.ChoiceBlock(label=_("For whom"), choices=AUDIENCES, default="everyone")
    text = blocks.TextBlock(label=_("What we ask"), rows=3)
    label = blocks.CharBlock(label=_("Words on the link"), required=False, max_length=60)
    page = blocks.PageChooserBlock(label=_("Page of this site"), required=False)
    address = blocks.CharBlock(
        label=_("or another address"),
        required=False,
        help_text=_("Starts with https:// or, on this site, with a slash: /aid/apply/"),
    )

    class Meta:
        label = _("Call to action")
        icon = "pick"
        template = "cms/blocks/call_to_action.html"
        description = _("Asks workers, requesters, allies or everyone to do something")
        preview_value = {
            "audience": "workers",
            "text": _("Was your account suspended? Tell us what happened."),
            "label": _("Report a suspension"),
            "address": "/aid/",
        }
        label_format = "{audience}: {text}"

    def clean(self, value: Any) -> Any:
        """Refuse addresses that are neither of the web nor of this site, and links without words."""
        cleaned = super().clean(value)
        errors = {}
        address = (cleaned.get("address") or "").strip()
        if address and not address.startswith(("https://", "http://", "mailto:", "/")):
            errors["address"] = ValidationError(_("Start with https:// or with a slash."))
        if (address or cleaned.get("page")) and not cleaned.get("label") and not self.is_deferred_validation:
            errors["label"] = ValidationError(_("Say where the link leads."))
        if errors:
            raise blocks.StructBlockValidationError(block_errors=errors)
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add the words for the audience and the address of the link."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = value.get("page")
        return context | {
            "audience": dict(AUDIENCES).get(value["audience"], ""),
            "href": page.url if page else _in_readers_language(value.get("address") or ""),
        }


def _in_readers_language(address: str) -> str:
    """Lead from a page under /es/ to one under /es/. An address that names its language, or another host, stays."""
    if not address.startswith("/") or address.startswith("//") or get_language_from_path(address):
        return address
    reader = get_language() or settings.LANGUAGE_CODE
    # Editors write the English address, which is understood in English only.
    with override(settings.LANGUAGE_CODE):
        return translate_url(address, reader)


class FactBlock(blocks.StructBlock):
    number = blocks.CharBlock(label=_("Number"), max_length=24)
    what = blocks.CharBlock(label=_("What it counts"), max_length=160)

    class Meta:
        label = _("Fact")
        icon = "order"


class FactsBlock(blocks.StructBlock):
    facts = blocks.ListBlock(FactBlock(), label=_("Facts"), min_num=1, max_num=6)
    source = blocks.CharBlock(label=_("Where the numbers come from"), required=False, max_length=200)

    class Meta:
        label = _("Numbers and facts")
        icon = "table"
        template = "cms/blocks/facts.html"
        description = _("Up to six numbers, set large, with what they count")
        preview_value = {
            "facts": [
                {"number": "70,000", "what": _("tasks rejected in one night")},
                {"number": "40", "what": _("days until the first rejection was taken back")},
            ],
            "source": _("Our members' reports"),
        }


class DonateBlock(blocks.StructBlock):
    """Our gift form. It leads to a second screen, where the gift is decided."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    fund = blocks.ChoiceBlock(
        label=_("Fund"),
        choices=fund_choices,
        required=False,
        help_text=_("Empty: the campaign's own fund, elsewhere the general one"),
    )

    class Meta:
        label = _("Gift form")
        icon = "user"
        template = "cms/blocks/donate.html"
        description = _("The form for giving once or again and again")
        preview_value = {"title": _("Give to the work")}

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add fund, campaign and amounts: those of the campaign page it stands on, unless the block names a fund."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = context.get("page")
        own = getattr(page, "fund", None)
        is_campaign = hasattr(page, "amounts")
        return context | {
            "fund": value.get("fund") or own,
            "campaign": page.slug if is_campaign and page is not None else "",
            # Beside a form within the pitch, the page shows what each amount does in a list of its own.
            "levels": [(amount, "") for amount, _what in page.amounts] if is_campaign and page is not None else [],
        }


class ImpactBlock(blocks.StructBlock):
    """What an amount does. Amount and words make one sentence."""

    amount = blocks.DecimalBlock(label=_("Amount"), min_value=1, max_digits=9, decimal_places=2)
    what = blocks.CharBlock(
        label=_("What it does"),
        max_length=200,
        help_text=_("Goes on after the amount: “pays for one appeal”, “a month keeps the forum moderated”"),
    )

    class Meta:
        label = _("Amount and what it does")
        icon = "tick"
        label_format = "{amount} {what}"
        preview_value = {"amount": 50, "what": _("pays for one appeal")}


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        label_format = "{question}"
        preview_value = {
            "question": _("Can I stop a monthly gift?"),
            "answer": "",
        }


class TextBlock(blocks.RichTextBlock):
    """Running text of the site's measure: paragraphs, lists, links."""

    def __init__(self, **options: Any) -> None:
        super().__init__(features=TEXT_FEATURES, **options)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "cms/blocks/text.html"
        description = _("Paragraphs, lists and links")

    def get_preview_value(self) -> RichText:
        return RichText(str(_("<p>We are workers. We help each other <b>before</b> we ask others for help.</p>")))


class PictureBlock(ImageBlock):
    """An image with words for those who cannot see it, or marked as decoration."""

    class Meta:
        label = _("Image")
        icon = "image"
        template = "cms/blocks/image.html"
        preview_template = "cms/blocks/image_preview.html"
        description = _("A picture with words for those who cannot see it, or marked as decoration")

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Stand in migrations under our own name (ImageBlock's own ``deconstruct`` says ImageBlock)."""
        return ("cms.blocks.PictureBlock", [], self._constructor_kwargs)


class DividerBlock(blocks.StaticBlock):
    class Meta:
        label = _("Divider")
        icon = "horizontalrule"
        template = "cms/blocks/divider.html"
        admin_text = _("A thin line between two parts")
        description = _("A thin line between two parts")
        preview_template = "cms/blocks/divider_preview.html"


class BodyBlock(blocks.StreamBlock):
    """The body of any page: every page offers the same small set."""

    text = TextBlock()
    heading = HeadingBlock()
    image = PictureBlock()
    quote = QuoteBlock()
    call_to_action = CallToActionBlock()
    facts = FactsBlock()
    donate = DonateBlock()
    divider = DividerBlock()

    class Meta:
        block_counts: dict[str, dict[str, int]] = {"donate": {"max_num": 1}}


class ArticleBlock(blocks.StructBlock):
    """An article of a newsletter issue. It has an address of its own, so it can also stand alone."""

    headline = blocks.CharBlock(label=_("Headline"), max_length=200)
    byline = blocks.CharBlock(
        label=_("By"), required=False, max_length=200, help_text=_("One or several names: “Ana Ruiz and Ben Cole”")
    )
    slug = blocks.CharBlock(
        label=_("Address"),
        required=False,
        max_length=80,
        help_text=_("Made from the headline when you leave it empty. Others link to it: keep it once it is published."),
    )
    body = BodyBlock(label=_("Article"))

    class Meta:
        label = _("Article")
        icon = "doc-full"
        label_format = "{headline}"
        form_layout = ["headline", "byline", "body", "slug"]
        description = _("A signed article with an address of its own")
        preview_template = "cms/blocks/article_preview.html"


class CorrectionBlock(blocks.StructBlock):
    """What was wrong in an issue, said after its letters left."""

    date = blocks.DateBlock(label=_("Day"))
    text = blocks.TextBlock(label=_("What was wrong, and what is right"), rows=3)

    class Meta:
        label = _("Correction")
        icon = "edit"
        label_format = "{date}: {text}"


class ArticlesBlock(blocks.StreamBlock):
    """The articles of an issue, in their order."""

    article = ArticleBlock()

    class Meta:
        min_num = None

    def clean(self, value: Any) -> Any:
        """Give every article a slug that is its own within the issue; never change one that is there."""
        cleaned = super().clean(value)
        name_articles(cleaned)
        return cleaned


def name_articles(articles: Any) -> None:
    """Fill in missing slugs from the headlines; those that are there stay, of two equal ones the later is numbered."""
    taken: set[str] = set()
    for article in sorted(articles, key=lambda child: not child.value.get("slug")):
        wanted = slugify(article.value.get("slug") or article.value.get("headline") or "")
        if wanted:  # A draft without a headline has no address yet.
            article.value["slug"] = own_slug(wanted, taken)


def own_slug(wanted: str, taken: set[str]) -> str:
    """Return ``wanted``, numbered if it is taken, and take it."""
    wanted = wanted[:70].strip("-") or "untitled"
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    taken.add(slug)
    return slug
