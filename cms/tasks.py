"""The worker's side of pages: campaigns whose last day has passed, and newsletters that are due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.timezone import now as wall_clock

from cms.models import CampaignPage
from cms.models.campaigns import today
from cms.sending import engine, reports, sweeping
from core import clock, nudging
from donations import occasions
from donations.recurring_letters import CampaignEnd

# An end that is set to a day long ago is no news to anybody.
_IS_NEWS = timedelta(days=14)
# A slice ends well before the queue would hand the task to another worker; where there is but one, sooner, so that others
# have their turn.
_SLICE, _SHORT_SLICE = timedelta(seconds=25), timedelta(seconds=5)
# Of PostgreSQL's advisory locks: places in the queue for those who send newsletters.
_PLACES = 0x6C65747


def sweep() -> int:
    """Do what is due: pages that come and go at a time, campaigns that are over, newsletters that begin.

    :returns: how many supporters were told that a campaign is over
    """
    at = clock.now()
    call_command("publish_scheduled")  # Wagtail's own: pages that go live or expire at a time that an editor set.
    told = _tell_of_ended_campaigns(at)
    sweeping.sweep(at=at)
    reports.take(at=at)
    if engine.under_way():
        nudging.now("cms.tasks.send_slice")
    return told


def send_slice() -> int:
    """Send letters for half a minute at most, if a place in the queue is free. Safe to run twice and anywhere.

    One process of the queue is left to everything else, if there are two. ``manage.py send_letters`` knows no such bounds.

    :returns: for how many readers something was done
    """
    others = int(str(settings.Q_CLUSTER["workers"])) - 1
    with _place(max(1, others)) as is_free:
        if not is_free:
            return 0
        until = wall_clock() + (_SLICE if others else _SHORT_SLICE)
        done = engine.Worker().work(is_over=lambda: wall_clock() >= until)
    # What waits for a domain or a minute is found by the sweep.
    if done and engine.under_way():
        nudging.now("cms.tasks.send_slice")
    return done


@contextmanager
def _place(places: int) -> Iterator[bool]:
    """Hold one of so many places, over all machines; say whether one was free. The database frees it if we die."""
    with connection.cursor() as cursor:
        for place in range(places):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_PLACES, place])
            if cursor.fetchall()[0][0]:
                try:
                    yield True
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_PLACES, place])
                return
    yield False


def _tell_of_ended_campaigns(at: datetime) -> int:
    """Tell those who give regularly for a campaign that is over what becomes of their gift.

    :returns: how many were told
    """
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
