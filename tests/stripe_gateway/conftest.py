"""A webhook secret of the tests' own."""

from typing import Any

import pytest

SECRET = "whsec_front_door"


@pytest.fixture(autouse=True)
def _secret(settings: Any) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
