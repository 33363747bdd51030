"""Secrets are made once; what the caller says wins; tests never see the caller's accounts."""

import base64
import stat

import pytest

from supervisor import environment, keys
from supervisor.environment import Needs
from supervisor.folders import Var
from supervisor.ports import Ports

PORTS = Ports(8000, 8001, 8002)
URL = "postgresql://postgres@/liferaft?host=/somewhere"
OURS = "LIFERAFT_ENV SITE_URL SECRET_KEY SEALING_KEYS LOOKUP_KEY DATABASE_URL EMAIL_URL MAIL_FROM STRIPE_SECRET_KEY"
OURS += " STRIPE_WEBHOOK_SECRET STRIPE_WEBHOOK_SECRETS STRIPE_API_URL SANDBOX_URL CLOCK_FILE"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS.split():
        monkeypatch.delenv(name, raising=False)


def test_secrets_stay_the_same_and_are_for_the_owner_alone(var: Var) -> None:
    first = environment.for_server(var, PORTS, URL)
    second = environment.for_server(var, PORTS, URL)

    assert first == second
    assert stat.S_IMODE(var.keys.stat().st_mode) == 0o600
    key_id, _, key = first["SEALING_KEYS"].partition(":")
    assert key_id == "k1"
    assert len(base64.b64decode(key)) == len(base64.b64decode(first["LOOKUP_KEY"])) == 32


def test_a_secret_that_a_newer_version_needs_is_added_to_the_old_ones(var: Var) -> None:
    var.keys.write_text("SECRET_KEY=old\n")

    kept = keys.kept(var)

    assert kept["SECRET_KEY"] == "old"
    assert set(kept) == set(keys.MAKERS)


def test_what_the_caller_has_set_wins(var: Var, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "http://raft.test:8000")
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("MAIL_FROM", "")

    values = environment.for_server(var, PORTS, URL)

    assert (values["SITE_URL"], values["SECRET_KEY"]) == ("http://raft.test:8000", "mine")
    assert "@" in values["MAIL_FROM"]


def test_demo_talks_to_the_sandbox(var: Var) -> None:
    values = environment.for_server(var, PORTS, URL)
    sandbox = environment.for_sandbox(var, PORTS, values)

    assert values["STRIPE_API_URL"] == "http://127.0.0.1:8001"
    assert values["EMAIL_URL"] == "smtp://127.0.0.1:8002"
    assert values["STRIPE_SECRET_KEY"] == sandbox["SANDBOX_STRIPE_KEY"]
    assert values["STRIPE_WEBHOOK_SECRETS"] == sandbox["SANDBOX_WEBHOOK_SECRET"]
    assert values["MAIL_WEBHOOK_KEY"] == sandbox["SANDBOX_WEBHOOK_SECRET"]
    assert values["CLOCK_FILE"] == sandbox["SANDBOX_CLOCK_FILE"]


def test_real_stripe_keeps_the_sandbox_out_of_it(var: Var, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_real")

    values = environment.for_server(var, PORTS, URL)

    assert not {"STRIPE_API_URL", "STRIPE_WEBHOOK_SECRETS", "CLOCK_FILE"} & values.keys()
    assert values["EMAIL_URL"] == "smtp://127.0.0.1:8002"


@pytest.mark.parametrize(
    ("given", "needs"),
    [
        ({}, Needs(database=True, stripe=True, mailbox=True)),
        ({"DATABASE_URL": "x"}, Needs(database=False, stripe=True, mailbox=True)),
        ({"STRIPE_SECRET_KEY": "x"}, Needs(database=True, stripe=False, mailbox=True)),
        ({"EMAIL_URL": "x", "STRIPE_SECRET_KEY": "x"}, Needs(database=True, stripe=False, mailbox=False)),
        ({"LIFERAFT_ENV": "production"}, Needs(database=True, stripe=False, mailbox=False)),
    ],
)
def test_what_is_configured_is_not_started(given: dict[str, str], needs: Needs) -> None:
    assert Needs.of(given) == needs


def test_production_gets_no_made_up_values(var: Var, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFERAFT_ENV", "production")

    values = environment.for_server(var, PORTS, URL)

    assert not {"SECRET_KEY", "SEALING_KEYS", "STRIPE_SECRET_KEY", "EMAIL_URL", "SITE_URL"} & values.keys()


def test_tests_never_see_the_callers_accounts(var: Var, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_live_real")
    monkeypatch.setenv("DATABASE_URL", "postgresql://production")
    monkeypatch.setenv("EMAIL_URL", "smtp://real")

    values = environment.for_tests(var, URL)

    assert not {"sk_live_real", "postgresql://production", "smtp://real"} & set(values.values())
