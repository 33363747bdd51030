"""The home page and plain pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms.blocks import BodyBlock
from cms.models.campaigns import CampaignPage
from cms.models.newsletter import NewsletterIssuePage

# First steps of addresses that other parts of Liferaft answer: a page of that name would never be seen.
TAKEN_ADDRESSES = {
    *["account", "admin", "aid", "books", "contact", "documents", "donate", "es", "events", "giving", "healthz"],
    *["index.php", "media", "petitions", "readyz", "receipts", "robots.txt", "search", "sitemap.xml", "staff"],
    *["static", "subscribe", "unsubscribe", "webhooks", "wp-admin", "wp-content", "wp-json", ".well-known"],
}


class HomePage(Page):
    """The first page: what we do, then the newest of everything by itself, then whatever the editors add."""

    headline = models.CharField(
        _("headline"), max_length=120, blank=True, help_text=_("Empty: the organisation's name and tagline")
    )
    lead = models.TextField(_("lead"), blank=True, help_text=_("Two or three sentences: who we are, what we do"))
    body = StreamField(BodyBlock(required=False), blank=True, verbose_name=_("below the news"))

    content_panels = Page.content_panels + [FieldPanel("headline"), FieldPanel("lead"), FieldPanel("body")]
    search_fields = Page.search_fields + [index.SearchField("lead"), index.SearchField("body")]
    max_count = 1
    parent_page_types = ["wagtailcore.Page"]
    template = "cms/home_page.html"
    page_description = _("The first page of the site")

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {
            "issue": NewsletterIssuePage.objects.live().order_by("-number").first(),
            "campaigns": list(CampaignPage.objects.live().select_related("fund").order_by("path")[:2]),
        }


class StandardPage(Page):
    """A plain page: privacy, terms, who we are."""

    lead = models.TextField(_("lead"), blank=True, help_text=_("One or two sentences under the title"))
    body = StreamField(BodyBlock(required=False), blank=True, verbose_name=_("body"))

    content_panels = Page.content_panels + [FieldPanel("lead"), FieldPanel("body")]
    search_fields = Page.search_fields + [index.SearchField("lead"), index.SearchField("body")]
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    template = "cms/standard_page.html"
    shows_pages_of = ()  # None but itself (cms.page_cache)
    page_description = _("A plain page: who we are, privacy, terms")

    class Meta:
        verbose_name = _("plain page")

    def clean(self) -> None:
        super().clean()
        if (
            self.slug in TAKEN_ADDRESSES and self.url_path.count("/") <= 3
        ):  # "/home/books/": directly below the home page
            raise ValidationError({"slug": _("Another part of the site answers at this address. Choose another one.")})
