"""A reader who gets letters, and the letter's link."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from cms.models.subscribers import Subscriber, Topic
from cms.readers import leave_links
from organisation.models import Organisation
from tests.cms.readers import stage


@pytest.fixture
def ann(client: Client, liferaft: Organisation) -> Subscriber:
    """Reads the newsletter by mail."""
    stage.subscribe(client, "ann@example.org")
    return Subscriber.objects.get(email="ann@example.org")


@pytest.fixture
def leave(ann: Subscriber) -> str:
    """The address at the end of a letter to Ann."""
    return f"/unsubscribe/{leave_links.token(ann.key)}/"


@pytest.fixture
def topics(liferaft: Organisation) -> list[Topic]:
    return [Topic.objects.create(name=name) for name in ("Mass rejections", "Our books")]


@pytest.fixture
def wall() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the views read the clock, and the tests start from there
