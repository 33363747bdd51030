"""Static files are collected when they have changed, and only then."""

from pathlib import Path

import pytest

from supervisor import static_files
from supervisor.folders import Var


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("static", "aid/static"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a.css").write_text("a")
    (tmp_path / "aid" / "apps.py").write_text("")
    monkeypatch.setattr(static_files, "REPOSITORY", tmp_path)
    return tmp_path


def collect(var: Var) -> None:
    (var.root / "static").mkdir(exist_ok=True)
    (var.root / "static" / "a.123.css").write_text("a")
    static_files.remember(var, static_files.fingerprint())


def test_what_was_collected_into_the_repository_itself_does_not_count_as_changed(repository: Path) -> None:
    var = Var.prepare(repository / "var")
    collect(var)
    (var.root / "static" / "b.456.css").write_text("b")

    assert static_files.are_collected(var)


@pytest.mark.parametrize("changed", ["static/a.css", "aid/static/a.css"])
def test_a_changed_file_is_collected_again(repository: Path, changed: str) -> None:
    var = Var.prepare(repository / "var")
    collect(var)

    (repository / changed).write_text("more than before")

    assert not static_files.are_collected(var)
