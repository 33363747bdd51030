"""The cast and the stage that all tests share."""

import gc
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from psycopg import sql
from pytest_django import DjangoDbBlocker, Settings
from stripe import HTTPClient

from ledger.models import Fund
from organisation import pace, roles
from organisation.models import LegalEntity, Organisation, User
from tests import made_database

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
_REAL_NAME = settings.DATABASES["default"]["NAME"]
_copies = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest walk begins first: begun last, it would keep one process busy long after the others are done."""
    items.sort(key=lambda item: "/way/" not in item.nodeid)


def pytest_collection_finish() -> None:
    """Let Python's collector of cycles look at what tests make, seldom, and not at all the modules that stay.

    It goes through the whole program again and again otherwise; migrations take half as long again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


@pytest.fixture
def now() -> datetime:
    """A Tuesday noon in New York."""
    return NOON


def pytest_sessionstart() -> None:
    """WhiteNoise warns if there is no folder of static files; in tests they come from where they are written."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """No test sees what another one cached; counters in the database go with its rollback."""
    caches["default"].clear()


@pytest.fixture(autouse=True)
def _english() -> None:
    """A page that an earlier test asked for in Spanish leaves its thread speaking Spanish."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """A password's slow hash protects people, not tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Settings) -> None:
    """Tests sign staff in without the second factor; tests/doors asks for it."""
    settings.SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def unhurried() -> None:
    """Ask for it where the test is about how long an answer takes."""


@pytest.fixture(autouse=True)
def _hurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits on purpose, so that nobody can tell or nobody is pressed, does not wait: the same is done, sooner."""
    if "unhurried" not in request.fixturenames:
        monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: None))
        # Stripe's library tries again as often as ever.
        monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0)
        monkeypatch.setattr(HTTPClient, "MAX_DELAY", 0)


@pytest.fixture
def liferaft(db: None) -> Organisation:
    """The organisation of the tests."""
    return Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")


@pytest.fixture
def legal_entity(liferaft: Organisation) -> LegalEntity:
    return LegalEntity.objects.create(
        name="Raft Workers Inc.",
        address="1 Harbour Street\nPortland, OR 97201",
        tax_number="00-0000000",
        wording=LegalEntity.Profile.US_501C3,
        receipt_prefix="RW",
        time_zone="America/Los_Angeles",
    )


@pytest.fixture
def aid_fund(db: None) -> Fund:
    return Fund.objects.create(slug="aid", name="Mutual aid", is_restricted=True, pays_aid=True)


@pytest.fixture
def general_fund(db: None) -> Fund:
    return Fund.objects.create(slug="general", name="General")


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """Make a member of staff: ``person("carl", "caseworker")``."""

    def make(username: str, *held: str) -> User:
        user = User.objects.create_user(
            username=username,
            email=f"{username}@raft.example",
            password="a long test passphrase",
            name=username.title(),
        )
        for role in held:
            roles.grant(user=user, role=role, by=None, at=NOON)
        return user

    return make


@pytest.fixture
def edith(person: Callable[..., User]) -> User:
    return person("edith", "editor")


@pytest.fixture
def fay(person: Callable[..., User]) -> User:
    return person("fay", "fundraiser")


@pytest.fixture
def carl(person: Callable[..., User]) -> User:
    return person("carl", "caseworker")


@pytest.fixture
def cora(person: Callable[..., User]) -> User:
    return person("cora", "caseworker")


@pytest.fixture
def abel(person: Callable[..., User]) -> User:
    return person("abel", "approver")


@pytest.fixture
def ada(person: Callable[..., User]) -> User:
    return person("ada", "approver")


@pytest.fixture
def tess(person: Callable[..., User]) -> User:
    return person("tess", "treasurer")


@pytest.fixture
def stella(person: Callable[..., User]) -> User:
    return person("stella", "steward")


@pytest.fixture
def adam(person: Callable[..., User]) -> User:
    return person("adam", "administrator")


@pytest.fixture
def otto(person: Callable[..., User]) -> User:
    """Has an account and no role."""
    return person("otto")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> None:
    """Let pytest-django make the worker's database as a copy of a migrated one."""
    if django_db_createdb or not django_db_keepdb:
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = made_database.migrated()


@pytest.fixture(scope="session")
def _template_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker, django_db_keepdb: bool) -> Iterator[None]:
    """pytest-django makes no test database when only tests of ``committed_db`` run; the real one is never copied."""
    if settings.DATABASES["default"]["NAME"] != _REAL_NAME:
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, keepdb=django_db_keepdb)
        yield
        teardown_databases(made, verbosity=0, keepdb=django_db_keepdb)


@pytest.fixture
def committed_db(_template_db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database of the test's own, copied from the worker's: commits are real, threads may join, nothing is flushed.

    (Flushing by TRUNCATE is what the append-only tables refuse, so TransactionTestCase is no help here.)
    """
    name = str(settings.DATABASES["default"]["NAME"])
    copy = f"{name}_copy{next(_copies)}"
    with django_db_blocker.unblock():
        connections.close_all()
        _administer(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(copy), sql.Identifier(name)))
        connection.settings_dict["NAME"] = copy
        try:
            yield
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = name
            _administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(copy)))


def _administer(statement: sql.Composed) -> None:
    with made_database.server() as administrator:
        administrator.execute(statement)


@pytest.fixture
def at_once() -> Callable[..., list[object]]:
    """Run deeds at the same moment, each in a thread with a connection of its own; return what each gave or raised."""

    def run(*deeds: Callable[[], object]) -> list[object]:
        barrier = threading.Barrier(len(deeds))
        outcomes: list[object] = [None] * len(deeds)

        def do(place: int, deed: Callable[[], object]) -> None:
            try:
                barrier.wait(timeout=10)
                outcomes[place] = deed()
            except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
                outcomes[place] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=do, args=(place, deed)) for place, deed in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return outcomes

    return run
