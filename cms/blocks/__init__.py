"""The building blocks of our pages: few, each with a description and a preview in the editor's picker.

Each is written once and read in three ways (``written_once``). One more of them is a class in a module here, a line in
``body.BodyBlock``, and three templates of one name: ``cms/blocks/NAME.html``, ``cms/letter/blocks/NAME.html`` and
``cms/letter/blocks/NAME.txt``.
"""

from cms.blocks.articles import ArticleBlock, ArticlesBlock, CorrectionBlock, name_articles, own_slug
from cms.blocks.asking import AUDIENCES, CallToActionBlock
from cms.blocks.body import ArticleBodyBlock, BodyBlock, OnlyBlock
from cms.blocks.giving import DonateBlock, ImpactBlock, fund_choices
from cms.blocks.running_text import TEXT_FEATURES, QuestionBlock, StandingTextBlock, TextBlock
from cms.blocks.setting import DividerBlock, FactBlock, FactsBlock, HeadingBlock, PictureBlock, QuoteBlock

__all__ = [
    "AUDIENCES",
    "TEXT_FEATURES",
    "ArticleBlock",
    "ArticleBodyBlock",
    "ArticlesBlock",
    "BodyBlock",
    "CallToActionBlock",
    "CorrectionBlock",
    "DividerBlock",
    "DonateBlock",
    "FactBlock",
    "FactsBlock",
    "HeadingBlock",
    "ImpactBlock",
    "OnlyBlock",
    "PictureBlock",
    "QuestionBlock",
    "QuoteBlock",
    "StandingTextBlock",
    "TextBlock",
    "fund_choices",
    "name_articles",
    "own_slug",
]
