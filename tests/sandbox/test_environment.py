"""The sandbox starts only when it knows where it is."""

import os
import subprocess
import sys

import pytest

from tests.sandbox_process import ROOT

COMPLETE = {
    "SANDBOX_PORT": "1",
    "SANDBOX_SMTP_PORT": "2",
    "SANDBOX_VAR": "/nonexistent",
    "SANDBOX_CLOCK_FILE": "/nonexistent/clock",
    "SANDBOX_STRIPE_KEY": "sk_test_sandbox",
    "SANDBOX_WEBHOOK_URL": "http://127.0.0.1:1/",
    "SANDBOX_WEBHOOK_SECRET": "whsec_x",
}


def start(**changes: str | None) -> tuple[int, str]:
    wanted = COMPLETE | changes
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SANDBOX_")}
    environment |= {name: value for name, value in wanted.items() if value is not None}
    ended = subprocess.run(
        [sys.executable, "-m", "sandbox"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("name", ["SANDBOX_PORT", "SANDBOX_WEBHOOK_SECRET"])
def test_a_missing_variable_is_named(name: str) -> None:
    code, said = start(**{name: None})

    assert code == 2
    assert name in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_PORT", "many"),
        ("SANDBOX_WEBHOOK_URL", "localhost"),
        ("SANDBOX_STRIPE_KEY", "sk_live_0000"),
        ("SANDBOX_RETRY_SECONDS", "soon"),
    ],
)
def test_an_odd_variable_is_named(name: str, value: str) -> None:
    code, said = start(**{name: value})

    assert code == 2
    assert name in said


def test_a_misspelt_variable_is_pointed_out() -> None:
    _, said = start(SANDBOX_PROT="8001", SANDBOX_PORT=None)

    assert "SANDBOX_PROT is not a variable of mine" in said
