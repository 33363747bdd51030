"""A campaign that is over says so, and tells those who give to it again and again what becomes of their gift."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from cms import tasks
from cms.models import CampaignPage
from core import clock
from donations.models import Subscription
from ledger.models import Fund
from organisation.models import LegalEntity
from tests.donations.letters_stage import Supporters, letters, the_letter


def _today() -> date:
    return clock.now().astimezone(ZoneInfo("America/New_York")).date()


@pytest.fixture
def ended(campaign: CampaignPage, legal_entity: LegalEntity) -> CampaignPage:
    """The campaign of the tests, over since yesterday."""
    campaign.ends_on = _today() - timedelta(days=1)
    campaign.outcome = "The ratings were given back to 300 of us."
    campaign.save_revision().publish()
    return campaign


def test_regular_supporters_of_an_ended_campaign_are_told_once(ended: CampaignPage, general_fund: Fund) -> None:
    supporters = Supporters(general_fund)
    supporters(campaign=ended.slug)
    supporters("other@example.org")
    supporters("gone@example.org", campaign=ended.slug, state="canceled", ended_at=clock.now())

    assert tasks.sweep() == 1
    assert tasks.sweep() == 0

    letter = the_letter("campaign-ended:")
    assert letter.recipient == "ann@example.org"
    assert f"The campaign “{ended.title}” ended on" in letter.text
    assert "The ratings were given back to 300 of us." in letter.text
    assert f"Your gift of $25.00 every month goes on. As before, it goes to “{general_fund.name}”." in letter.text
    assert f"http://localhost:8000{ended.url}" in letter.text


@pytest.mark.parametrize("days", [0, 1, -15])
def test_nobody_is_told_before_the_last_day_is_over_or_weeks_later(
    ended: CampaignPage, general_fund: Fund, days: int
) -> None:
    CampaignPage.objects.update(ends_on=_today() + timedelta(days=days))
    Supporters(general_fund)(campaign=ended.slug)

    assert tasks.sweep() == 0
    assert not letters("campaign-ended:")


def test_the_page_says_that_it_is_over_and_how_it_ended(client: Client, ended: CampaignPage) -> None:
    page = client.get(ended.url).content.decode()

    assert "This campaign ended on" in page
    assert "The ratings were given back to 300 of us." in page


def test_a_running_campaign_says_nothing_of_an_end(client: Client, campaign: CampaignPage) -> None:
    assert "This campaign ended on" not in client.get(campaign.url).content.decode()


def test_a_campaign_does_not_end_before_it_begins(campaign: CampaignPage) -> None:
    campaign.starts_on, campaign.ends_on = date(2026, 3, 2), date(2026, 3, 1)

    with pytest.raises(ValidationError, match="It cannot end before"):
        campaign.clean()


def test_the_last_day_is_over_at_the_organisations_midnight(campaign: CampaignPage, legal_entity: LegalEntity) -> None:
    campaign.ends_on = date(2026, 3, 10)
    midnight: Any = datetime(2026, 3, 11, 0, 0, tzinfo=ZoneInfo("America/New_York"))

    assert not campaign.is_over(midnight - timedelta(minutes=1))
    assert campaign.is_over(midnight)
    assert not Subscription.objects.exists()
