"""The blocks about money: the gift form with a campaign's progress, and what an amount does."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks import addresses
from cms.blocks.written_once import Way, WrittenOnce, way_of
from ledger.models import Fund


def fund_choices() -> list[tuple[str, str]]:
    """Return the funds that gifts may go to, for the donate block."""
    return list(Fund.objects.filter(is_public=True).order_by("name").values_list("slug", "name"))


class DonateBlock(WrittenOnce, blocks.StructBlock):
    """Our gift form, which leads to a second screen, where the gift is decided; in a letter, a link to it."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120)
    campaign = blocks.PageChooserBlock(
        page_type="cms.CampaignPage",
        label=_("Campaign"),
        required=False,
        help_text=_("Shows how far it has come, as of the moment, and offers its amounts"),
    )
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
        description = _("The form for giving once or again and again, with how far a campaign has come")
        preview_value = {"title": _("Give to the work")}

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Add fund, campaign and amounts: those of the campaign that is chosen, else of the one whose page it stands on.

        A fund that the block names goes before the campaign's own, and then its progress is not what is given to.
        """
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = context.get("page")
        chosen = value.get("campaign")
        if chosen is not None and not chosen.live:
            chosen = None
        campaign = chosen or (page if hasattr(page, "amounts") else None)
        fund = value.get("fund") or getattr(campaign, "fund", None)
        has_progress = chosen and chosen != page and not value.get("fund")
        context |= {
            "fund": fund,
            "campaign": campaign.slug if campaign else "",
            # Beside a form within the pitch, the page shows what each amount does in a list of its own.
            "levels": [(amount, "" if campaign == page else what) for amount, what in campaign.amounts]
            if campaign
            else [],
            "chosen": chosen,
            "so_far": chosen.progress_now() if has_progress and context.get("has_sums", True) else None,
        }
        if way_of(context) != Way.WEB:
            context["href"] = addresses.whole(self._door(chosen, value.get("fund"), context["campaign"]))
        return context

    def _door(self, chosen: Any, fund: str, campaign: str) -> str:
        """Return where one gives: on the campaign's page, or at the form for the fund."""
        if chosen and not fund:
            return str(chosen.url)
        place = {name: value for name, value in (("fund", fund), ("campaign", campaign)) if value}
        return reverse("donations:donate") + (f"?{urlencode(place)}" if place else "")


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
        icon = "check"
        label_format = "{amount} {what}"
        description = _("An amount and what it does, as one sentence")
        preview_value = {"amount": 50, "what": _("pays for one appeal")}
