"""The articles of an issue, and what was wrong in them."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from cms.blocks.body import ArticleBodyBlock


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
    body = ArticleBodyBlock(label=_("Article"))
    share_image = ImageChooserBlock(
        label=_("Picture for sharing"), required=False, help_text=_("Empty: the one of the issue")
    )

    class Meta:
        label = _("Article")
        icon = "doc-full"
        label_format = "{headline}"
        form_layout = ["headline", "byline", "body", "slug", "share_image"]
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
        description = _("What was wrong and is right now, with the day")
        preview_template = "cms/blocks/correction_preview.html"


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
