"""What the import linter cannot see: foreign keys, migrations, names of files, settings and their documents."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).resolve().parent.parent
# Left may point right, never back; a | b do not know each other. The same order stands in pyproject.toml.
ORDER = [
    {"config"},
    {"cms"},
    {"donations", "aid"},
    {"stripe_gateway", "ledger"},
    {"mail"},
    {"organisation"},
]
LEVEL = {app: level for level, apps_ in enumerate(ORDER) for app in apps_}
SOURCES = sorted(
    path
    for package in [*LEVEL, "core", "sandbox", "supervisor"]
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


def test_foreign_keys_point_downwards() -> None:
    wrong = [
        f"{model._meta.label}.{field.name} points up or across to {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in LEVEL
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model._meta.app_label in LEVEL
        and field.related_model._meta.app_label != model._meta.app_label
        and LEVEL[field.related_model._meta.app_label] <= LEVEL[model._meta.app_label]
    ]

    assert wrong == []


def test_confidential_and_money_rows_are_not_reached_through_generic_keys() -> None:
    generic = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in {"aid", "donations", "ledger"}
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is ContentType
    ]

    assert generic == []


@pytest.mark.parametrize("app", sorted(LEVEL))
def test_migrations_are_linear_named_and_reversible(app: str) -> None:
    loader = MigrationLoader(None)
    names = sorted(name for label, name in loader.disk_migrations if label == app)

    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert [name for name in names if "_auto_" in name] == []
    assert len(loader.graph.leaf_nodes(app)) <= 1
    for name in names:
        for operation in loader.disk_migrations[app, name].operations:
            assert operation.reversible, f"{app}.{name}: {operation.describe()} cannot be taken back"


def test_no_file_is_a_junk_drawer() -> None:
    junk = {"utils", "helpers", "services", "common", "misc", "exceptions"}

    assert [str(path.relative_to(ROOT)) for path in SOURCES if junk & {path.stem, path.parent.name}] == []


def test_modules_stay_small_enough_to_love() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}

    assert {name: lines for name, lines in long.items() if lines > 350} == {}


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    read = set()
    for source in ["config/settings.py", "config/environment.py"]:
        read |= set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', (ROOT / source).read_text()))
    in_table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    in_example = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    scripts = "".join(path.read_text() for path in [*(ROOT / "supervisor").glob("*.py"), *(ROOT / "script").iterdir()])
    of_the_scripts = {name for name in in_table - read if re.search(rf"\b{name}\b", scripts)}

    assert in_table == read | of_the_scripts
    assert in_example == in_table


def test_repository_names_no_address_of_a_registry_or_machine() -> None:
    for name in ["requirements.txt", "requirements-local.txt", "requirements-dev.txt"]:
        text = (ROOT / name).read_text()
        assert "http" not in text
        assert "index-url" not in text
