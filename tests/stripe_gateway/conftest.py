"""A webhook secret of the tests' own, and no memory of other tests' nudges."""

from typing import Any

import pytest
from django.core.cache import caches

SECRET = "whsec_front_door"


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]


@pytest.fixture(autouse=True)
def _forget_nudges() -> None:
    caches["default"].clear()
