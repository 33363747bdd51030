"""The newsletter: an archive of numbered issues, each with signed articles that can also stand alone."""

from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import models
from django.forms import CheckboxSelectMultiple
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index
from wagtail.snippets.models import register_snippet

from cms.blocks import TEXT_FEATURES, ArticlesBlock, CorrectionBlock
from cms.letter import previews


@register_snippet
class StandingText(models.Model):
    """A text that is used again: the closing words of every issue."""

    name = models.CharField(_("name"), max_length=80, help_text=_("For the editors only"))
    body = RichTextField(_("text"), features=TEXT_FEATURES)

    panels = [FieldPanel("name"), FieldPanel("body")]

    class Meta:
        verbose_name = _("standing text")
        verbose_name_plural = _("standing texts")

    def __str__(self) -> str:
        return self.name


class NewsletterIndexPage(Page):
    """The archive, by year."""

    lead = models.TextField(_("lead"), blank=True, help_text=_("One or two sentences under the title"))

    content_panels = Page.content_panels + [FieldPanel("lead")]
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsletterIssuePage"]
    template = "cms/newsletter_index_page.html"
    page_description = _("The archive of all issues")

    class Meta:
        verbose_name = _("newsletter archive")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        # Without the texts: of all issues together they are many megabytes.
        issues = NewsletterIssuePage.objects.child_of(self).live().defer_streamfields().order_by("-date", "-number")
        years = [(year, list(group)) for year, group in groupby(issues, key=lambda issue: issue.date.year)]
        return context | {"years": years}


class NewsletterIssuePage(RoutablePageMixin, Page):
    """One issue. Its articles stand below each other, and each alone at ``<issue>/<article>/``."""

    number = models.PositiveIntegerField(_("number"), unique=True, help_text=_("Each issue has a number of its own"))
    date = models.DateField(_("date"), help_text=_("As it is printed on the issue"))
    intro = RichTextField(
        _("welcome"), features=TEXT_FEATURES, blank=True, help_text=_("A few words before the articles")
    )
    articles = StreamField(ArticlesBlock(required=False), blank=True, verbose_name=_("articles"))
    closing = models.ForeignKey(
        StandingText,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closing words"),
        help_text=_("A standing text that ends the issue"),
    )
    subject = models.CharField(
        _("subject of the letter"), max_length=150, blank=True, help_text=_("Empty: the title of the issue")
    )
    preheader = models.CharField(
        _("line beside the subject"),
        max_length=150,
        blank=True,
        help_text=_("Mail programs show it before the letter is opened. Empty: the beginning of the welcome"),
    )
    topics = ParentalManyToManyField("cms.Topic", blank=True, related_name="issues", verbose_name=_("topics"))
    corrections = StreamField(
        [("correction", CorrectionBlock())],
        blank=True,
        verbose_name=_("corrections"),
        help_text=_("What was wrong and is right now. They stand on the page; letters that left stay as they are."),
    )
    share_image = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for sharing"),
    )

    content_panels = Page.content_panels + [
        FieldRowPanel([FieldPanel("number"), FieldPanel("date")]),
        FieldPanel("intro"),
        FieldPanel("articles"),
        FieldPanel("closing"),
        MultiFieldPanel(
            [
                FieldPanel("subject"),
                FieldPanel("preheader"),
                FieldPanel("topics", widget=CheckboxSelectMultiple),
            ],
            _("As a letter"),
        ),
        FieldPanel("corrections"),
    ]
    promote_panels = [*Page.promote_panels, MultiFieldPanel([FieldPanel("share_image")], _("When shared"))]
    search_fields = Page.search_fields + [
        index.SearchField("intro"),
        index.SearchField("articles"),
        index.FilterField("number"),
        index.FilterField("date"),
    ]
    parent_page_types = ["cms.NewsletterIndexPage"]
    subpage_types: list[str] = []
    template = "cms/newsletter_issue_page.html"
    shows_pages_of = ("newsletterissuepage",)  # Its neighbours (cms.page_cache)
    page_description = _("One issue with its signed articles")

    class Meta:
        verbose_name = _("newsletter issue")

    def save_revision(self, *args: Any, overwrite_revision: Any = None, **kwargs: Any) -> Any:
        """Save a version of its own once somebody was asked to agree: autosave would write over what they agree to."""
        asked = getattr(self, "sending", None)
        if overwrite_revision is not None and asked is not None and asked.revision_id == overwrite_revision.pk:
            overwrite_revision = None
        return super().save_revision(*args, overwrite_revision=overwrite_revision, **kwargs)

    def article(self, slug: str) -> Any:
        """Return the article's value, or none if the issue has no article of this slug."""
        return next((child.value for child in self.articles if slug and child.value["slug"] == slug), None)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The page first, then the letter."""
        return [("", _("On the web")), *previews.MODES]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show the page, or the letter that would be made of it."""
        if mode_name in dict(previews.MODES):
            return previews.response(self, mode_name)
        response: HttpResponse = super().serve_preview(request, mode_name)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context | {"letter_left_at": self.changed_after_letter()}

    def changed_after_letter(self) -> datetime | None:
        """Return when the letter began to leave, if another revision than the one that left was published since."""
        sending = getattr(self, "sending", None)
        if sending is None or sending.started_at is None or self.last_published_at is None:
            return None
        is_changed = self.last_published_at > sending.started_at and self.live_revision_id != sending.revision_id
        return sending.started_at if is_changed else None

    @path("<str:slug>/", name="article")  # type: ignore[untyped-decorator]  # Wagtail has no types
    def serve_article(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show one article alone."""
        article = self.article(slug)
        if article is None:
            raise Http404
        response: HttpResponse = self.render(
            request, context_overrides={"article": article}, template="cms/newsletter_article.html"
        )
        return response

    def get_sitemap_urls(self, request: HttpRequest | None = None) -> list[dict[str, Any]]:
        """List the issue and each of its articles."""
        urls: list[dict[str, Any]] = super().get_sitemap_urls(request)
        issue = urls[0]
        slugs = [child.value["slug"] for child in self.articles if child.value["slug"]]
        return urls + [issue | {"location": f"{issue['location']}{slug}/"} for slug in slugs]
