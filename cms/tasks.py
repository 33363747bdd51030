"""The worker's side of pages: what follows when a campaign's last day has passed."""

from datetime import timedelta

from django.conf import settings

from cms.models import CampaignPage
from cms.models.campaigns import today
from core import clock
from donations import occasions
from donations.recurring_letters import CampaignEnd

# An end that is set to a day long ago is no news to anybody.
_IS_NEWS = timedelta(days=14)


def sweep() -> int:
    """Tell those who give regularly for a campaign that is over what becomes of their gift.

    :returns: how many were told
    """
    at = clock.now()
    day = today(at)
    over = CampaignPage.objects.live().filter(ends_on__lt=day, ends_on__gte=day - _IS_NEWS).order_by("pk")
    return sum(
        occasions.tell_campaign_ended(
            CampaignEnd(
                slug=page.slug,
                title=page.title,
                ended_on=page.ends_on,
                outcome=page.outcome,
                address=f"{settings.SITE_URL}{page.url}",
            ),
            at=at,
        )
        for page in over
        if page.ends_on
    )
