"""The map of all data: of each field how delicate it is, what it is for, and how long it is kept.

Each package has one as text in its ``data_map.py``; ``config.data_map`` puts them together, ``docs/data-map.md`` is made
from them, and a test fails where a field is missing. A model's part is its name and a sentence, then lines of
``classification | fields | purpose | kept``. ``*`` names all fields that no other line of the model names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Classification(StrEnum):
    """How delicate a field is. What is personal or confidential about workers is sealed."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"
    CONFIDENTIAL = "confidential"


MEANING = {
    Classification.PUBLIC: "may be read by anybody, or already is",
    Classification.INTERNAL: "for staff; tells of nobody outside who they are",
    Classification.PERSONAL: "leads to a person",
    Classification.CONFIDENTIAL: "told in confidence, or opens something",
}


@dataclass(frozen=True)
class Line:
    """What is said of some fields of a model."""

    fields: tuple[str, ...]
    classification: Classification
    purpose: str
    kept: str


@dataclass(frozen=True)
class Part:
    """What is said of one model."""

    label: str
    about: str
    lines: tuple[Line, ...]

    def line_of(self, field: str) -> Line | None:
        """Return what is said of a field, by its name or as one of the rest; none if nothing is."""
        named = [line for line in self.lines if field in line.fields]
        rest = [line for line in self.lines if "*" in line.fields]
        return next(iter([*named, *rest]), None)


class Unreadable(Exception):
    """The text of a map is not as it should be; says in which line."""


def read(app_label: str, text: str) -> dict[str, Part]:
    """Read a package's map: the parts of its models, by their labels (``aid.Case``).

    :raises Unreadable: if it is not in the form told above
    """
    parts: dict[str, Part] = {}
    for block in text.strip().split("\n\n"):
        head, *lines = block.strip().split("\n")
        name, colon, about = head.partition(": ")
        label = f"{app_label}.{name}"
        if not colon or not lines or label in parts:
            raise Unreadable(head)
        parts[label] = Part(label, about, tuple(_line(line) for line in lines))
    return parts


def _line(line: str) -> Line:
    try:
        classification, fields, purpose, kept = (each.strip() for each in line.split("|"))
        return Line(tuple(fields.split()), Classification(classification), purpose, kept)
    except ValueError as error:
        raise Unreadable(line) from error


def gaps(parts: Mapping[str, Part], fields: Mapping[str, list[str]], kept: Mapping[str, str]) -> list[str]:
    """Name every field that the map does not tell of, and everything it tells of that is not there.

    :param fields: the names of the fields of each model, by its label
    :param kept: the known times of keeping
    """
    found = [f"{label} is in no map" for label in fields.keys() - parts.keys()]
    for label, part in parts.items():
        if label not in fields:
            found.append(f"{label} is no model")
            continue
        found += [f"{label}.{field} is not in the map" for field in fields[label] if part.line_of(field) is None]
        named = [field for line in part.lines for field in line.fields]
        found += [f"{label}.{field} is no field" for field in {*named} - {*fields[label], "*"}]
        found += [f"{label}.{field} is told of twice" for field in {*named} if named.count(field) > 1]
        found += [
            f"{label} is kept {line.kept!r}, which nobody explains" for line in part.lines if line.kept not in kept
        ]
        found += [
            f"{label} hides delicate fields behind a star"
            for line in part.lines
            if "*" in line.fields and line.classification in (Classification.PERSONAL, Classification.CONFIDENTIAL)
        ]
    return sorted(found)
