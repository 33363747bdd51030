"""Nothing is sealed without saying so: a column that nobody declares would not open any more once its key is gone."""

import re

from django.apps import apps
from django.db import models

from config.sealed import SEALED
from core.resealing import Column
from tests.test_architecture import LEVEL, ROOT, SOURCES

# Each has its columns or files in SEALED; whoever adds a line here makes sure of that.
SEAL = {
    "aid/file_store.py": "files that workers add",
    "aid/holding.py": "columns of aid that end in _sealed",
    "aid/worker/visiting.py": "a cookie of two hours at most, kept nowhere",
    "cms/readers/files/kept.py": "lists that are taken in within a day, or sent once more",
    "ledger/taking_in.py": "words of the bank",
    "mail/outbox.py": "letters",
    "organisation/audit.py": "notes on audit events",
    "organisation/doors.py": "secrets of second factors",
    "organisation/sealed.py": "the same, sealed anew",
}


def looks_sealed(field: models.Field[object, object]) -> bool:
    return isinstance(field, models.BinaryField) and "sealed" in field.name


def test_every_sealed_column_is_declared_once() -> None:
    declared = [each.label for each in SEALED]
    there = [
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in LEVEL
        for field in model._meta.local_concrete_fields
        if looks_sealed(field)
    ]

    assert set(there) - set(declared) == set()
    assert len(declared) == len(set(declared))


def test_what_is_declared_is_a_column_of_bytes() -> None:
    columns = [each for each in SEALED if isinstance(each, Column)]

    assert columns
    for column in columns:
        assert isinstance(column.model._meta.get_field(column.name), models.BinaryField), column.label


def test_whoever_seals_is_known() -> None:
    seals = re.compile(r"\bsealing\.seal(_bytes)?\(")
    found = {str(path.relative_to(ROOT)) for path in SOURCES if seals.search(path.read_text())}

    assert found - {"core/resealing.py"} == set(SEAL)
