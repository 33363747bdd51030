"""Campaigns: what we ask for, how far we are, what an amount does, and the form to give."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from moneyed import Money
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms import progress
from cms.blocks import BodyBlock, ImpactBlock, QuestionBlock
from core import clock
from ledger.models import Fund
from organisation.models import Organisation


class LevelsBlock(StreamBlock):
    level = ImpactBlock()


class QuestionsBlock(StreamBlock):
    question = QuestionBlock()


def today(at: datetime) -> date:
    """Return the day that it is where the organisation is."""
    return at.astimezone(ZoneInfo(Organisation.current().time_zone)).date()


class CampaignIndexPage(Page):
    """All campaigns."""

    lead = models.TextField(_("lead"), blank=True, help_text=_("One or two sentences under the title"))

    content_panels = Page.content_panels + [FieldPanel("lead")]
    max_count = 1
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CampaignPage"]
    template = "cms/campaign_index_page.html"
    page_description = _("The list of all campaigns")

    class Meta:
        verbose_name = _("list of campaigns")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        campaigns = CampaignPage.objects.child_of(self).live().select_related("fund").order_by("path")
        return context | {"campaigns": list(campaigns)}


class CampaignPage(Page):
    """One campaign: the pitch, the goal with live progress, impact levels, questions, the gift form."""

    class Goal(models.TextChoices):
        NONE = "none", _("No goal")
        MONTHLY = "monthly", _("So much every month")
        TOTAL = "total", _("So much in all")

    lead = models.TextField(_("lead"), blank=True, help_text=_("The ask, in one or two sentences"))
    body = StreamField(
        BodyBlock(required=False),
        blank=True,
        verbose_name=_("pitch"),
        help_text=_("The gift form stands after the pitch; add a “Gift form” block to have it elsewhere."),
    )
    fund = models.ForeignKey(
        Fund,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fund"),
        help_text=_(
            "Where the gifts go; the goal counts everything this fund receives. Empty: the general fund, and no goal."
        ),
    )
    goal_kind = models.CharField(_("goal"), max_length=10, choices=Goal, default=Goal.NONE)
    goal_amount = models.DecimalField(
        _("amount"), max_digits=11, decimal_places=2, null=True, blank=True, help_text=_("In the fund's currency")
    )
    starts_on = models.DateField(
        _("counts from"),
        null=True,
        blank=True,
        help_text=_("For a goal in all. Empty: everything the fund ever received"),
    )
    ends_on = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        help_text=_("The day after, the page says that it is over, and those who give regularly for it get a letter."),
    )
    outcome = models.TextField(
        _("how it ended"),
        blank=True,
        max_length=600,
        help_text=_("A few sentences, on the page and in that letter. Write them before the last day is over."),
    )
    levels = StreamField(LevelsBlock(required=False, max_num=6), blank=True, verbose_name=_("what an amount does"))
    questions = StreamField(QuestionsBlock(required=False), blank=True, verbose_name=_("questions and answers"))
    share_image = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture for sharing"),
    )

    content_panels = Page.content_panels + [
        FieldPanel("lead"),
        FieldPanel("body"),
        MultiFieldPanel(
            [
                FieldPanel("fund"),
                FieldRowPanel([FieldPanel("goal_kind"), FieldPanel("goal_amount"), FieldPanel("starts_on")]),
            ],
            _("Fund and goal"),
        ),
        MultiFieldPanel([FieldPanel("ends_on"), FieldPanel("outcome")], _("End")),
        FieldPanel("levels"),
        FieldPanel("questions"),
    ]
    promote_panels = [*Page.promote_panels, MultiFieldPanel([FieldPanel("share_image")], _("When shared"))]
    search_fields = Page.search_fields + [
        index.SearchField("lead"),
        index.SearchField("body"),
        index.SearchField("questions"),
    ]
    parent_page_types = ["cms.CampaignIndexPage"]
    subpage_types: list[str] = []
    template = "cms/campaign_page.html"
    shows_pages_of = ()  # None but itself (cms.page_cache)
    page_description = _("A campaign with its goal and the gift form")

    class Meta:
        verbose_name = _("campaign")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(goal_kind="none") | models.Q(goal_amount__gt=0), name="cms_campaign_goal_is_positive"
            ),
        ]

    def clean(self) -> None:
        super().clean()
        if self.goal_kind != self.Goal.NONE and self.fund is None:
            raise ValidationError({"fund": _("A goal needs a fund whose gifts it counts.")})
        if self.goal_kind != self.Goal.NONE and not (self.goal_amount and self.goal_amount > 0):
            raise ValidationError({"goal_amount": _("Say how much the goal is, or choose “No goal”.")})
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("It cannot end before the day from which it counts.")})

    def is_over(self, at: datetime) -> bool:
        """Whether the last day has passed where the organisation is."""
        return self.ends_on is not None and self.ends_on < today(at)

    @property
    def is_over_now(self) -> bool:
        """What the page asks."""
        return self.is_over(clock.now())

    @property
    def goal(self) -> Money | None:
        """The goal in the fund's currency, or none."""
        if self.fund is None or self.goal_kind == self.Goal.NONE or self.goal_amount is None:
            return None
        return Money(self.goal_amount, self.fund.currency)

    def progress(self, at: datetime) -> progress.Progress | None:
        """Return how far the campaign has come; none without a fund or a goal."""
        if self.fund is None or self.goal is None:
            return None
        is_monthly = self.goal_kind == self.Goal.MONTHLY
        zone = Organisation.current().time_zone
        if is_monthly:
            since: datetime | None = progress.start_of_month(at, zone)
        else:
            since = progress.start_of_day(self.starts_on, zone) if self.starts_on else None
        return progress.of(fund=self.fund, goal=self.goal, since=since, is_monthly=is_monthly, at=at)

    def progress_now(self) -> dict[str, Any] | None:
        """What ``components/progress.html`` shows: value, most and the sentence."""
        state = self.progress(clock.now())
        if state is None:
            return None
        return {"value": state.raised, "most": state.goal, "words": state.words(get_language() or "en")}

    @property
    def has_own_form_block(self) -> bool:
        """Whether the editor put the gift form into the pitch; then it does not follow below."""
        return any(block.block_type == "donate" for block in self.body)

    @property
    def amounts(self) -> list[tuple[Money, str]]:
        """The impact levels as money and words."""
        currency = self.fund.currency if self.fund else Organisation.current().currency
        return [(Money(level.value["amount"], currency), level.value["what"]) for level in self.levels]
