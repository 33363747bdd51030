"""The import contracts are not for show: each is seen to fail when it is violated."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = [
    "config",
    "cms",
    "donations",
    "aid",
    "stripe_gateway",
    "ledger",
    "mail",
    "organisation",
    "core",
    "sandbox",
    "supervisor",
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static")
        )
    return folder


def lint(copy: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports"],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_contracts_are_kept(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("aid/paying.py", "from donations import giving", "Packages lean downwards only"),
        ("ledger/posting.py", "from donations import models", "Packages lean downwards only"),
        ("core/money.py", "from organisation import roles", "Packages lean downwards only"),
        ("donations/giving.py", "import stripe", "Only stripe_gateway talks to Stripe"),
        ("sandbox/clock.py", "from core import money", "programs of their own"),
        ("mail/outbox.py", "import sandbox", "runs without the sandbox"),
        ("donations/models/money.py", "from donations import receipts", "donations: web"),
        ("donations/helpers.py", "", "donations: web"),
        ("stripe_gateway/client.py", "from stripe_gateway import inbox", "stripe_gateway: web"),
        ("aid/deciding.py", "from aid.desk import cases", "aid: web"),
        ("cms/helpers.py", "", "cms: web"),
    ],
)
def test_violation_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    path = copy / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + f"\n{line}\n")

    done = lint(copy)

    if before is None:
        path.unlink()
    else:
        path.write_text(before)
    assert done.returncode == 1
    broken = [text for text in done.stdout.splitlines() if "BROKEN" in text or "exhaustive" in text]
    assert any(contract in text for text in broken), done.stdout
