"""The block that asks somebody to do something."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks import addresses
from cms.blocks.written_once import Way, WrittenOnce, way_of

AUDIENCES = [
    ("workers", _("Affected workers")),
    ("requesters", _("Requesters")),
    ("allies", _("Allies")),
    ("everyone", _("Everyone")),
]


class CallToActionBlock(WrittenOnce, blocks.StructBlock):
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
        """Add the words for the audience and the address of the link, whole in a letter."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = value.get("page")
        href = page.url if page else addresses.in_readers_language((value.get("address") or "").strip())
        if href and way_of(context) != Way.WEB:
            href = addresses.whole(href, page_address=context["page_address"])
        return context | {"audience": dict(AUDIENCES).get(value["audience"], ""), "href": href}
