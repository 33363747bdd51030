"""Puts the packages' maps together, with the times of keeping that they name, and writes ``docs/data-map.md``."""

from collections.abc import Iterator, Mapping

from django.apps import apps
from django.db.models import Model

from aid import data_map as aid_map
from aid.classes import DEFAULT_DAYS
from cms import data_map as cms_map
from core import data_map
from core.data_map import MEANING, Part
from donations import data_map as donations_map
from ledger import data_map as ledger_map
from mail import data_map as mail_map
from organisation import data_map as organisation_map
from stripe_gateway import data_map as stripe_map

OURS = ("aid", "donations", "ledger", "mail", "organisation", "stripe_gateway", "cms")
MAP: dict[str, Part] = {
    **aid_map.MAP,
    **donations_map.MAP,
    **ledger_map.MAP,
    **mail_map.MAP,
    **organisation_map.MAP,
    **stripe_map.MAP,
    **cms_map.MAP,
}
KEPT: dict[str, str] = {
    "good": "for good: books, steps and the audit trail are added to, never rewritten",
    "changed": "until staff change or delete it",
    "staff": "as long as there is the account; the name stays beside what was done",
    **{
        str(each): f"{days:,} days, unless the group has changed it ({each.label})"
        for each, days in DEFAULT_DAYS.items()
    },
    "note": "for good, but words beside a case go with its story, words beside a receipt with its supporter",
    "donor": "until the supporter is erased, which they do themselves",
    "unpaid": "90 days if nothing was paid, else until the supporter is erased",
    "giving_link": "60 days after it opened nothing any more, or until the supporter is erased",
    "link": "a day after it opened nothing any more",
    "letter": "7 days after it was sent; 90 days after it was queued if it was refused or is uncertain",
    "reader": "until the reader is erased; 30 days if they never confirmed, two years after they left",
    "suppressed": "for good, as a keyed hash: without it, an import would write to them again",
    "report": "400 days",
    "recipient": "7 days for notices about aid; else until the supporter is erased",
    "bank": "until the line is matched to a booking, 400 days at most",
}
# Records of libraries, by app: they are not ours to describe field by field.
OTHERS: dict[str, tuple[str, str]] = {
    "account": ("personal", "addresses of staff, for allauth; as long as the account"),
    "auth": ("internal", "Django's groups, which follow the roles; no person in them"),
    "contenttypes": ("internal", "names of models"),
    "django_q": ("internal", "names of functions that are due or were run, without arguments; the last 200 are kept"),
    "mfa": ("confidential", "second factors of staff, sealed; as long as they are used"),
    "sessions": ("confidential", "staff who are signed in, under a keyed hash; until they are over, a little more"),
    "taggit": ("public", "tags of pages; until changed"),
    "wagtailadmin": ("internal", "who edits which page just now"),
    "wagtailcore": ("internal", "pages, their history and the history of editing; until changed"),
    "wagtaildocs": ("public", "files on pages; until changed"),
    "wagtailimages": ("public", "pictures on pages; until changed"),
    "wagtailsearch": ("public", "words of pages, to find them; no case and no supporter is in it"),
    "wagtailusers": ("internal", "how staff like the desk to look; as long as the account"),
}


def models() -> dict[str, type[Model]]:
    """Return every model of ours, by its label."""
    return {
        model._meta.label: model
        for app in OURS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def fields() -> dict[str, list[str]]:
    """Return the names of the fields of each model of ours."""
    return {
        label: [field.name for field in (*model._meta.local_fields, *model._meta.local_many_to_many)]
        for label, model in models().items()
    }


def gaps() -> list[str]:
    """Name what the map does not tell of, and what it tells of that is not there."""
    there = {app.label for app in apps.get_app_configs() if [*app.get_models()]} - set(OURS)
    others = [f"the records of {label} are in no map" for label in there - OTHERS.keys()]
    return sorted([*data_map.gaps(MAP, fields(), KEPT), *others])


def page() -> str:
    """Return the map as a page in Markdown."""
    return "\n".join(_lines(fields())) + "\n"


def _lines(names: Mapping[str, list[str]]) -> Iterator[str]:
    yield "# Data map"
    yield ""
    yield "What is held, how delicate it is, what for, and how long. Made from each package's `data_map.py` by"
    yield "`script/manage write_data_map`; a test fails where a field is missing here."
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    for classification, meaning in MEANING.items():
        yield f"| **{classification}** | {meaning} |"
    yield ""
    yield "| kept | that is |"
    yield "| --- | --- |"
    for name, sentence in KEPT.items():
        yield f"| {name} | {sentence} |"
    for app in OURS:
        yield ""
        yield f"## {app}"
        for label, part in MAP.items():
            if label.startswith(f"{app}."):
                yield from _part(part, names[label])
    yield ""
    yield "## Records of libraries"
    yield ""
    yield "| app | | |"
    yield "| --- | --- | --- |"
    for label, (delicacy, sentence) in OTHERS.items():
        yield f"| {label} | {delicacy} | {sentence} |"


def _part(part: Part, names: list[str]) -> Iterator[str]:
    yield ""
    yield f"### {part.label.partition('.')[2]}: {part.about}"
    yield ""
    yield "| fields | | what for | kept |"
    yield "| --- | --- | --- | --- |"
    named = {field for line in part.lines for field in line.fields}
    for line in part.lines:
        rest = [name for name in names if name not in named] if "*" in line.fields else []
        listed = ", ".join(f"`{name}`" for name in [*line.fields, *rest] if name != "*")
        yield f"| {listed} | {line.classification} | {line.purpose} | {line.kept} |"
