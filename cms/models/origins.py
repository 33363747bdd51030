"""Where pages came from: their addresses at the old site, and what the import last saw there."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class LegacyLink(models.Model):
    """An address of the old site. It is answered for ever: with its page, or with "gone" if there is none any more."""

    class Kind(models.TextChoices):
        PAGE_ID = "page_id", "?page_id="
        P = "p", "?p="
        PATH = "path", _("path")

    host = models.CharField(_("old host"), max_length=255, blank=True, help_text=_("Empty: any host"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    value = models.CharField(_("number or path"), max_length=500)
    page = models.ForeignKey(Page, on_delete=models.SET_NULL, null=True, blank=True, related_name="legacy_links")

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.UniqueConstraint(fields=["host", "kind", "value"], name="cms_old_address_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.host}/?{self.kind}={self.value}" if self.kind != self.Kind.PATH else f"{self.host}{self.value}"


class WordPressOrigin(models.Model):
    """A record of WordPress that came in: which page it became and what it held, so that a second run knows.

    One WordPress is imported into one Liferaft: its ids are unique, whatever its host is called over the years.
    """

    wp_id = models.PositiveBigIntegerField(unique=True)
    page = models.OneToOneField(
        Page, on_delete=models.SET_NULL, null=True, related_name="wordpress_origin", help_text="none: deleted here"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256 of what the record held")
    revision_id = models.PositiveBigIntegerField(
        help_text="the page's revision that the import made; a later one is an editor's"
    )
    missing_pictures = models.JSONField(default=list, help_text="what a later run with the files may bring")
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"WordPress {self.wp_id}"
