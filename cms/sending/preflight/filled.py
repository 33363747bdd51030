"""Is everything filled in? Wagtail saves a draft with gaps, and asks for what is missing only before it publishes."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cms.models import NewsletterIssuePage
from cms.sending.preflight.findings import Finding, Level


def look(issue: NewsletterIssuePage) -> Finding:
    """Ask every block what it would say before the page is published: alt texts, headlines, words on links."""
    found = [gap for name in ("articles", "corrections") for gap in _gaps_of(getattr(issue, name))]
    if found:
        return Finding(_("Everything filled in"), Level.STOPS, _("This is missing or wrong:"), tuple(found))
    return Finding(_("Everything filled in"), Level.FINE, _("Nothing is missing."))


def _gaps_of(value: Any) -> Iterator[str]:
    try:
        value.stream_block.clean(value)
    except ValidationError as error:
        yield from _gaps(error, value.stream_block, value, ())


def _gaps(error: ValidationError, block: Any, value: Any, place: tuple[str, ...]) -> Iterator[str]:
    """Walk down to what is wrong, and say where it is: article, block, field."""
    inner = getattr(error, "block_errors", None)
    if inner is None:
        yield f"{', '.join(place)}: {' '.join(error.messages)}"
        return
    for other in error.non_block_errors.as_data():  # type: ignore[attr-defined]  # Wagtail's own errors have them
        yield from _gaps(other, block, value, place)
    for key, each in inner.items():
        child_block, child_value, name = _child(block, value, key)
        yield from _gaps(each, child_block, child_value, (*place, name))


def _child(block: Any, value: Any, key: int | str) -> tuple[Any, Any, str]:
    """Return what stands at a place of a stream, list or struct, and what to call it."""
    if isinstance(key, str):
        # A picture has one value for its three fields.
        child = block.child_blocks[key]
        return child, value[key] if hasattr(value, "keys") else value, str(child.label)
    if hasattr(block, "child_block"):
        return block.child_block, value[key], f"{block.child_block.label} {key + 1}"
    child = value[key]
    return child.block, child.value, _called(child, key)


def _called(child: Any, place: int) -> str:
    """An article by its headline, anything else by its kind; both with the place they stand at."""
    headline = child.value.get("headline", "") if hasattr(child.value, "get") else ""
    return f"{place + 1}. {headline or child.block.label}"
