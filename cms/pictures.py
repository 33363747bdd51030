"""The pictures of a page with all their sizes by one statement; Wagtail asks for each picture alone."""

from collections.abc import Iterator
from typing import Any

from wagtail.blocks import StreamValue, StructValue
from wagtail.fields import StreamField
from wagtail.images.models import Image, Rendition
from wagtail.models import Page

from core.prepared import Prepared


def fetch(page: Page) -> None:
    """Give every picture in the page's bodies, and its own for sharing, the sizes that there are."""
    bodies = [getattr(page, field.name) for field in page._meta.concrete_fields if isinstance(field, StreamField)]
    pictures = [picture for body in bodies for picture in _within(body)]
    if getattr(page, "share_image", None) is not None:
        pictures.append(page.share_image)
    if not pictures:
        return
    if not _prepared:
        _prepared.append(Prepared(Rendition.objects.filter(image_id=0)))
    found = _prepared[0].get({picture.pk for picture in pictures})
    for picture in pictures:
        # Where Wagtail looks first. A size that is missing is made, and added.
        picture.prefetched_renditions = [each for each in found if each.image_id == picture.pk]
        for each in picture.prefetched_renditions:
            each.image = picture


_prepared: list[Prepared] = []


def _within(value: Any) -> Iterator[Image]:
    if isinstance(value, Image):
        yield value
    elif isinstance(value, StreamValue):
        for child in value:
            yield from _within(child.value)
    elif isinstance(value, StructValue):
        for part in value.values():
            yield from _within(part)
