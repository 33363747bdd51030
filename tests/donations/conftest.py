"""A Stripe for the tests of gifts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ledger.models import Fund
from organisation.models import LegalEntity
from tests.donations.giving_stage import Stripe, one_sandbox, stripe_stage


@pytest.fixture(scope="session")
def _one_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with one_sandbox(tmp_path_factory.mktemp("stripe")):
        yield


@pytest.fixture
def stripe(_one_sandbox: None, settings: Any, tmp_path: Path) -> Iterator[Stripe]:
    """A real sandbox; its events come when the test delivers them."""
    with stripe_stage(settings, tmp_path) as stage:
        yield stage


@pytest.fixture
def open_for_gifts(legal_entity: LegalEntity, aid_fund: Fund) -> LegalEntity:
    """An organisation that takes gifts for its aid fund."""
    return legal_entity


@pytest.fixture
def visitor(open_for_gifts: LegalEntity) -> Client:
    """Somebody with a browser and no account."""
    return Client()
