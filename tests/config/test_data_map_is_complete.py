"""Every field of every model has a classification, a purpose and a time of keeping; what is delicate is sealed."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import models

from config import data_map
from core.data_map import Classification, Unreadable, gaps, read

_DELICATE = (Classification.PERSONAL, Classification.CONFIDENTIAL)


def test_every_field_is_in_the_map() -> None:
    assert data_map.gaps() == []


def test_page_is_made_from_the_map_as_it_is() -> None:
    written = (Path(settings.BASE_DIR) / "docs" / "data-map.md").read_text(encoding="utf-8")

    assert written == data_map.page(), "run script/manage write_data_map"


def test_whatever_is_sealed_is_called_delicate() -> None:
    for label, model in data_map.models().items():
        for field in model._meta.local_fields:
            line = data_map.MAP[label].line_of(field.name)
            assert line
            if field.name.endswith("_sealed") or field.name == "sealed_text":
                assert line.classification in _DELICATE, f"{label}.{field.name}"


def test_what_workers_tell_is_sealed_or_a_hash() -> None:
    for label, model in data_map.models().items():
        for field in model._meta.local_fields:
            line = data_map.MAP[label].line_of(field.name)
            if label.startswith("aid.") and line and line.classification in _DELICATE:
                assert isinstance(field, models.BinaryField), f"{label}.{field.name} is told in clear"


def test_free_text_of_aid_is_either_sealed_or_of_the_groups_own() -> None:
    """A new text field in clear must be thought about: only these hold none of a worker's words."""
    texts = {
        f"{label}.{field.name}"
        for label, model in data_map.models().items()
        for field in model._meta.local_fields
        if label.startswith("aid.") and isinstance(field, (models.TextField, models.JSONField))
    }
    free = {
        f"{label}.{field.name}"
        for label, model in data_map.models().items()
        for field in model._meta.local_fields
        if label.startswith("aid.") and isinstance(field, models.CharField) and not field.choices
    }

    assert texts | free == {
        "aid.AnswerTemplate.title",
        "aid.AnswerTemplate.body",
        "aid.AidRequest.currency",
        "aid.Case.language",
        "aid.Disbursement.currency",
    }


MAP = """
Boat: a boat
public | name | painted on it | good
personal | captain | to call | good
"""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"x.Boat": ["name", "captain", "owner"]}, "x.Boat.owner is not in the map"),
        ({"x.Boat": ["name"]}, "x.Boat.captain is no field"),
        ({"x.Boat": ["name", "captain"], "x.Oar": ["id"]}, "x.Oar is in no map"),
        ({}, "x.Boat is no model"),
    ],
)
def test_what_is_missing_or_gone_is_named(fields: dict[str, list[str]], said: str) -> None:
    assert gaps(read("x", MAP), fields, {"good": ""}) == [said]


def test_star_hides_nothing_delicate() -> None:
    text = MAP.replace("captain", "*")

    assert gaps(read("x", text), {"x.Boat": ["name", "captain"]}, {"good": ""}) == [
        "x.Boat hides delicate fields behind a star"
    ]


def test_unknown_time_of_keeping_is_named() -> None:
    found = gaps(read("x", MAP), {"x.Boat": ["name", "captain"]}, {})

    assert found[0] == "x.Boat is kept 'good', which nobody explains"


@pytest.mark.parametrize("text", ["Boat", "Boat: a boat", "Boat: a boat\nsecret | name | painted | good"])
def test_map_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read("x", text)
