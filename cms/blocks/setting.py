"""Blocks that set off what matters: headings, pictures, quotations, numbers, a line between two parts."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock
from wagtail.images.models import SourceImageIOError

from cms.blocks import plain
from cms.blocks.written_once import Way, WrittenOnce, way_of

# A letter's column is so wide; pictures come in twice that, for fine screens.
_COLUMN = 552
# Mail programs know JPEG and PNG. A PNG is a drawing or a screenshot, which JPEG would blur.
_AS_PNG = (".png", ".gif")


class HeadingBlock(WrittenOnce, blocks.StructBlock):
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
        """Add ``rank``: 2 for a section, 3 for its part; one more inside an article of an issue. In plain text, a line."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        first = 3 if context.get("is_inside_article") else 2
        is_part = value["level"] == "part"
        return context | {"rank": first + is_part, "line": "" if is_part else plain.line_under(value["text"])}


class PictureBlock(WrittenOnce, ImageBlock):
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

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add, in an e-mail, the picture in a size and kind that mail programs show."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        if way_of(context) != Way.EMAIL or not value:
            return context
        kind = "format-png" if value.file.name.lower().endswith(_AS_PNG) else "format-jpeg|jpegquality-75"
        try:
            picture = value.get_rendition(f"width-{2 * _COLUMN}|{kind}")
        except SourceImageIOError:  # The file is gone. Its words are not, and the letter leaves.
            return context
        return context | {
            "address": urljoin(f"{settings.SITE_URL}/", picture.url),
            "width": min(_COLUMN, picture.width),
        }


class QuoteBlock(WrittenOnce, blocks.StructBlock):
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


class FactBlock(blocks.StructBlock):
    number = blocks.CharBlock(label=_("Number"), max_length=24)
    what = blocks.CharBlock(label=_("What it counts"), max_length=160)

    class Meta:
        label = _("Fact")
        icon = "order"


class FactsBlock(WrittenOnce, blocks.StructBlock):
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


class DividerBlock(WrittenOnce, blocks.StaticBlock):
    class Meta:
        label = _("Divider")
        icon = "minus"
        template = "cms/blocks/divider.html"
        admin_text = _("A thin line between two parts")
        description = _("A thin line between two parts")
        preview_template = "cms/blocks/divider_preview.html"


# Migrations know it by the package's name, wherever in the package it stands.
DECONSTRUCT_ALIASES = {DividerBlock: "cms.blocks.DividerBlock"}
