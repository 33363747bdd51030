"""What a search looks through: the words of each page and each article, once for each language of the site."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from wagtail.models import Page


class SearchText(models.Model):
    """One find: a page, or an article of an issue at its own address. Made from the page, and made again with it.

    Wagtail's own index has one row for a page and one language for all; articles and two languages do not fit into it.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="search_texts")
    article = models.CharField(max_length=80, blank=True, help_text="its part of the address; empty: the page itself")
    language = models.CharField(max_length=10, choices=settings.LANGUAGES, help_text="whose words are told apart")
    headline = models.TextField()
    byline = models.TextField(blank=True)
    text = models.TextField(blank=True)
    date = models.DateField(null=True)
    made_from = models.DateTimeField(null=True, help_text="when the page was published as it is here")
    vector = SearchVectorField(help_text="title A, headline of an article B, headings and byline C, text D")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "article", "language"], name="cms_search_text_is_there_once"),
        ]
        indexes = [GinIndex(fields=["vector"], name="cms_search_texts_found")]

    def __str__(self) -> str:
        return f"{self.headline} ({self.language})"
