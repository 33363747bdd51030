"""The body of a page: which blocks there are, and what stands only on the web or only in the letter."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks.asking import CallToActionBlock
from cms.blocks.giving import DonateBlock
from cms.blocks.running_text import StandingTextBlock, TextBlock
from cms.blocks.setting import DividerBlock, FactsBlock, HeadingBlock, PictureBlock, QuoteBlock
from cms.blocks.written_once import WrittenOnce


class BodyBlock(WrittenOnce, blocks.StreamBlock):
    """The body of any page: every page offers the same small set."""

    text = TextBlock()
    heading = HeadingBlock()
    image = PictureBlock()
    quote = QuoteBlock()
    call_to_action = CallToActionBlock()
    facts = FactsBlock()
    donate = DonateBlock()
    standing_text = StandingTextBlock()
    divider = DividerBlock()

    class Meta:
        block_counts: dict[str, dict[str, int]] = {"donate": {"max_num": 1}}


class OnlyBlock(WrittenOnce, blocks.StructBlock):
    """What stands only on the web, or only in the letter: a form here, a plain word about it there."""

    where = blocks.ChoiceBlock(
        label=_("Where"), choices=[("web", _("Only on the web")), ("letter", _("Only in the letter"))], default="web"
    )
    body = BodyBlock(label=_("What stands there"))

    class Meta:
        label = _("Only on the web, or only in the letter")
        icon = "view"
        template = "cms/blocks/only.html"
        preview_template = "cms/blocks/only_preview.html"
        description = _("Holds blocks that the page shows and the letter leaves out, or the other way round")
        label_format = "{where}"

    def get_searchable_content(self, value: Any) -> list[str]:
        """Keep out of search what the page does not show."""
        if value.get("where") == "letter":
            return []
        found: list[str] = super().get_searchable_content(value)
        return found


class ArticleBodyBlock(BodyBlock):
    """The body of an article, which is also read in a letter."""

    only = OnlyBlock()
