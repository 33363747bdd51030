"""A visitor who fills in every form that a page shows, with a mark in every field that takes text."""

import io
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import Resolver404, resolve
from PIL import Image

from tests.aid.canary import Marks

_HEADERS = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
_TEXT = {"text", "email", "search", "tel", "url", "password", "file"}
_MOST_STEPS = 30

Place = tuple[str, str]


@dataclass
class Walker:
    """A browser without JavaScript. ``taken`` are the text fields, by the page they go to, that took a mark."""

    client: Client
    marks: Marks
    taken: set[Place] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)

    def get(self, path: str) -> BeautifulSoup:
        response = self.client.get(path, follow=True)
        where = response.redirect_chain[-1][0] if response.redirect_chain else path
        return self._read(where, response)

    def forms(self, path: str) -> list[tuple[str, Tag]]:
        """Return the forms of a page with the addresses they go to."""
        soup = self.get(path)
        where = self.at
        return [(urljoin(where, str(form.get("action") or where)), form) for form in soup.find_all("form")]

    def send(self, path: str, action: str, picks: Mapping[str, Any] | None = None) -> Any:
        """Fill in the form of a page that goes to an address, and send it; ``picks`` says what to choose."""
        for target, form in self.forms(path):
            if urlsplit(target).path == action:
                return self.fill(target, form, picks or {})
        raise AssertionError(f"{path} has no form that goes to {action}")

    def fill(self, target: str, form: Tag, picks: Mapping[str, Any]) -> Any:
        place = _name_of(target)
        data, marked = self._answers(place, form, picks)
        method = self.client.post if str(form.get("method", "")).lower() == "post" else self.client.get
        response = method(urlsplit(target).path, data, headers=_HEADERS)
        self.visited.add(place)
        refused = response.status_code >= 400 or b'aria-invalid="true"' in response.content
        if not refused:
            self.taken |= {(place, name) for name in marked}
        if response.status_code == 200:
            self._read(target, response)
        return response

    def go_through(self, start: str, picks: Mapping[str, Any], *, until: str, at: Callable[[str], None]) -> None:
        """Answer page after page as each leads to the next; ``at`` is told of each before it is answered."""
        path = start
        for _step in range(_MOST_STEPS):
            at(path)
            answered = [(t, f) for t, f in self.forms(path) if "/apply/" in t and str(f.get("method")) == "post"]
            target, form = answered[0]
            response = self.fill(target, form, picks)
            assert response.status_code == 302, f"{target} took no answer: {response.content.decode()[-3000:]}"
            path = response["Location"]
            if path.startswith(until):
                return
        raise AssertionError(f"{start} never led to {until}")

    def leftover(self, path: str, *, skip: Callable[[str], bool]) -> None:
        """Fill in whatever form of a page has a text field that took no mark yet."""
        for target, form in self.forms(path):
            fields = {(_name_of(target), name) for name in _text_fields(form)}
            if fields - self.taken and not skip(urlsplit(target).path):
                self.fill(target, form, {})

    def links(self, path: str, *, below: str) -> set[str]:
        """Return the addresses below another that a page links to."""
        soup = self.get(path)
        found = {urlsplit(urljoin(path, str(a["href"]))).path for a in soup.find_all("a", href=True)}
        return {address for address in found if address.startswith(below)}

    def _read(self, path: str, response: Any) -> BeautifulSoup:
        self.at = urlsplit(path).path
        if response.status_code == 200:
            self.visited.add(_name_of(path))
        is_page = "html" in response.get("Content-Type", "")
        return BeautifulSoup(response.content if is_page else b"", "html.parser")

    def _answers(self, place: str, form: Tag, picks: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
        data: dict[str, Any] = {}
        marked = set()
        for control in form.find_all(["input", "textarea", "select", "button"]):
            name = str(control.get("name") or "")
            if not name or control.has_attr("disabled"):
                continue
            if name in picks:
                data[name] = picks[name]
            elif _is_text(control):
                data[name] = self._mark(place, name, control)
                marked.add(name)
            else:
                _choose(data, name, control)
        return data, marked | {name for name in _text_fields(form) if name in picks}

    def _mark(self, place: str, name: str, control: Tag) -> Any:
        kind = str(control.get("type", "text"))
        mark = self.marks.at(f"{place}.{name}")
        if kind == "file":
            return SimpleUploadedFile(f"{mark}.jpg", photo(self.marks.at(f"{place}.{name} (inside)")), "image/jpeg")
        return f"{mark}@mail.example" if kind == "email" else mark


def photo(mark: str) -> bytes:
    """Return a small photo that says a mark in its metadata."""
    content, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = exif[0x9286] = mark
    # Pillow tells of what it writes. What is logged while ours is read is what matters.
    logging.disable()
    Image.new("RGB", (64, 64), "teal").save(content, "JPEG", exif=exif, comment=mark.encode())
    logging.disable(logging.NOTSET)
    return content.getvalue()


def _text_fields(form: Tag) -> set[str]:
    return {str(each["name"]) for each in form.find_all(["input", "textarea"]) if each.get("name") and _is_text(each)}


def _is_text(control: Tag) -> bool:
    """Return whether somebody could type a word there. Amounts and counts ask for another keyboard."""
    if control.name == "textarea":
        return True
    kind = str(control.get("type", "text")).lower()
    return control.name == "input" and kind in _TEXT and control.get("inputmode") not in ("decimal", "numeric")


def _choose(data: dict[str, Any], name: str, control: Tag) -> None:
    """Answer what asks for no words: the first choice, every box, a day that has been, a small number."""
    kind = str(control.get("type", "text")).lower()
    if control.name == "select":
        chosen = [option for option in control.find_all("option") if option.get("value")]
        data[name] = str((control.find("option", selected=True) or chosen[0])["value"]) if chosen else ""
        if chosen and not data[name]:
            data[name] = str(chosen[0]["value"])
    elif control.name == "button" or kind in ("submit", "image", "reset"):
        return
    elif kind == "radio":
        data.setdefault(name, str(control["value"]))
    elif kind == "checkbox":
        data.setdefault(name, []).append(str(control.get("value", "on")))
    elif kind == "date":
        data[name] = "2026-03-01"
    elif kind == "hidden":
        data[name] = str(control.get("value", ""))
    else:
        data[name] = str(control.get("value") or control.get("min") or "10")


def _name_of(path: str) -> str:
    try:
        match = resolve(urlsplit(path).path)
    except Resolver404:
        return path
    slug = match.kwargs.get("slug", "")
    return f"{match.view_name}:{slug}" if slug else str(match.view_name)
