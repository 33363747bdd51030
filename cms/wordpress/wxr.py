"""Reads WordPress's own export (WXR) into records of the REST API's shape."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_BLOCKS = re.compile(r"<(?:p|div|ul|ol|li|h[1-6]|table|blockquote|figure|pre|hr|form|section|iframe)\b", re.I)
_TAKEN = {"page", "post"}


class NotWhole(Exception):
    """The export is broken off or is not XML. The message says where."""


def is_export(start: str) -> bool:
    """Whether a text that begins so is a WordPress export."""
    return "<rss" in start and "wordpress.org/export" in start


def records(text: str, left_out: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield the pages and posts of an export; count everything else (attachments, menus, …) in ``left_out``.

    :raises NotWhole: if it is not whole XML
    """
    # WordPress writes no document type. One that is there could only be an attack by entities (expat limits those too).
    if "<!DOCTYPE" in text.partition("<channel")[0]:
        raise NotWhole("it defines XML entities, which WordPress never does")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - see above
    except ElementTree.ParseError as error:
        raise NotWhole(str(error)) from error
    for item in root.iter("item"):
        kind = _of_wordpress(item, "post_type")
        if kind in _TAKEN:
            yield _record(item, kind)
        else:
            left_out[kind or "unknown"] += 1


def _record(item: ElementTree.Element, kind: str) -> dict[str, Any]:
    number = _of_wordpress(item, "post_id")
    content = item.findtext(_CONTENT)
    return {
        "id": int(number) if number.isascii() and number.isdecimal() else None,
        "type": kind,
        "status": _of_wordpress(item, "status"),
        "slug": _of_wordpress(item, "post_name"),
        "link": (item.findtext("link") or "").strip(),
        "guid": (item.findtext("guid") or "").strip(),
        "date": _moment(item, "post_date"),
        "date_gmt": _moment(item, "post_date_gmt"),
        "modified": _moment(item, "post_modified"),
        "modified_gmt": _moment(item, "post_modified_gmt"),
        "title": {"rendered": item.findtext("title") or ""},
        "content": {
            "rendered": _with_paragraphs(content) if content is not None else None,
            "protected": bool(_of_wordpress(item, "post_password")),
        },
    }


def _of_wordpress(item: ElementTree.Element, name: str) -> str:
    # The namespace names the version of the format: .../export/1.2/
    return next((child.text or "" for child in item if child.tag.endswith("}" + name)), "").strip()


def _moment(item: ElementTree.Element, name: str) -> str:
    text = _of_wordpress(item, name)
    return "" if text.startswith("0000") else text  # how WordPress writes "never"


def _with_paragraphs(content: str) -> str:
    """Give old posts their paragraphs: before the block editor, a blank line stood for one (WordPress's wpautop)."""
    if "<!-- wp:" in content:
        return content
    parts = [part.strip() for part in re.split(r"\n\s*\n", content.replace("\r\n", "\n"))]
    return "\n".join(
        part if _BLOCKS.match(part) else f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts if part
    )
