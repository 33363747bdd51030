"""A missing or odd setting stops the start and is named; its value never appears."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.text("X_NAME"), ""),
        (lambda: environment.text("X_NAME"), "   "),
        (lambda: environment.choice("X_NAME", {"demo", "test"}), "tset"),
        (lambda: environment.integer("X_NAME", 2, least=1, most=9), "0"),
        (lambda: environment.integer("X_NAME", 2, least=1, most=9), "ten"),
        (lambda: environment.integer("X_NAME", 2, least=1, most=9), "-1"),
        (lambda: environment.url("X_NAME", {"https"}), "http://secret.example"),
        (lambda: environment.url("X_NAME", {"https"}), "secret"),
        (lambda: environment.url("X_NAME", {"https"}), "https://secret.example:port"),
        (lambda: environment.folder("X_NAME"), "/no/such/folder/secret"),
        (lambda: environment.mailbox("X_NAME"), "secret"),
        (lambda: environment.key("X_NAME"), "secret!"),
        (lambda: environment.key("X_NAME"), "c2VjcmV0"),
        (lambda: environment.keyring("X_NAME"), f"a:{KEY},a:{KEY}"),
        (lambda: environment.keyring("X_NAME"), KEY),
        (lambda: environment.keyring("X_NAME"), "a:c2VjcmV0"),
        (lambda: environment.keyring("X_NAME"), f"much-too-long:{KEY}"),
        (lambda: environment.keyring("X_NAME"), f"ñ:{KEY}"),
    ],
)
def test_odd_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, read: object, value: str) -> None:
    monkeypatch.setenv("X_NAME", value)

    with pytest.raises(ImproperlyConfigured, match="X_NAME") as refused:
        read()  # type: ignore[operator]  # one of the readers above

    assert "secret" not in str(refused.value)


def test_good_values_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("X_RING", f"b:{KEY},a:{KEY}")
    monkeypatch.setenv("X_URL", "https://raft.example/")
    monkeypatch.setenv("X_FOLDER", str(tmp_path))

    assert list(environment.keyring("X_RING")) == ["b", "a"]
    assert environment.url("X_URL", {"https"}) == "https://raft.example"
    assert environment.folder("X_FOLDER") == tmp_path.resolve()
    assert environment.integer("X_NONE", 2, least=1, most=9) == 2


def test_database_address_is_read_with_a_socket_and_odd_letters() -> None:
    read = environment.database("postgresql://me:p%40ss@/raft?host=/run/pg&sslmode=require")

    assert (read["NAME"], read["USER"], read["PASSWORD"], read["HOST"]) == ("raft", "me", "p@ss", "/run/pg")
    assert read["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SITE_URL": ""}, "SITE_URL"),
        ({"LIFERAFT_ENV": "production"}, "SITE_URL"),
        ({"LIFERAFT_ENV": "demo", "STRIPE_SECRET_KEY": "sk_live_x"}, "STRIPE_SECRET_KEY"),
        (
            {"LIFERAFT_ENV": "production", "SITE_URL": "https://raft.example", "CLOCK_FILE": "/tmp/clock"},
            "CLOCK_FILE",
        ),
    ],
)
def test_project_does_not_start_on_such_settings(change: dict[str, str], named: str) -> None:
    started = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env=os.environ | change,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert named in started.stderr.splitlines()[-1]
