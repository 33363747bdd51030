"""The press: makes an accessible PDF (PDF/UA-1) of a template of templates/receipts/, and keeps what all papers share.

Fonts, stylesheets, pictures and the fetcher are made once a process. Fresh ones for every paper cost as much as the
paper itself: the fonts must be looked up again, and from Python 3.12 on each new fetcher loads the CA certificates.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]  # it has no types
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

FOLDER = settings.BASE_DIR / "templates" / "receipts"
_ONE_AT_A_TIME = Lock()
# By the names of LegalEntity.PaperSize.
SIZES = {"letter": "letter", "a4": "A4"}


@dataclass(frozen=True)
class Picture:
    """A square picture of black bars, each one high: from left, from top, how wide. ``size`` is that of its square.

    For a template it is an address to put into an ``<img src>``: an SVG of its own, which any renderer draws. Ours need
    not read it: it draws the bars (WeasyPrint asks a picture for its size and to draw itself).
    """

    size: int
    bars: Sequence[tuple[int, int, int]]

    @cached_property
    def src(self) -> str:
        """The picture as an address."""
        path = "".join(f"M{x} {y}.5h{width}" for x, y, width in self.bars)
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.size} {self.size}'>"
        return f"data:image/svg+xml,{svg}<path stroke='black' d='{path}'/></svg>"

    def get_intrinsic_size(self, _resolution: object, _font_size: object) -> tuple[int, int, int]:
        """Tell width, height and their ratio."""
        return self.size, self.size, 1

    def draw(self, stream: Any, width: float, height: float, _style: object) -> None:
        """Write the bars into a PDF's page, as big as it is wanted there."""
        with stream.stacked():
            stream.transform(a=width / self.size, d=height / self.size)
            stream.stream.append("0 g " + " ".join(f"{x} {y} {width} 1 re" for x, y, width in self.bars) + " f")


class ForeignFile(Exception):
    """A template asked for something that is not one of our own files beside it."""


class Refused(FatalURLFetchingError):
    """What stops the press at once. It is no ``Exception``: let out, it would end a worker and not just its paper."""


class OwnFiles(URLFetcher):
    """Fetches files beside the templates of receipts, and nothing else: no network, no other file."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """
        :raises Refused: for everything else
        """
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(FOLDER) or not path.is_file():
            raise Refused(f"not one of our files: {parts.scheme}")
        return URLFetcherResponse(url, body=path.read_bytes())


def render(template: str, context: Mapping[str, Any], *, language: str, paper_size: str) -> bytes:
    """Return the PDF of a template that lies in templates/receipts/; same input, same bytes.

    The stylesheets are templates/receipts/paper.css, which all papers share, and the template's own beside it, if there
    is one (``statement.css`` for ``statement.html``); the page's size comes on top of them. A page may use the files
    beside the template by their plain names (``mark.svg``) and nothing else. Tables, tags, title and language come out of
    plain HTML: ``<html lang>``, ``<title>``, ``<h1>``, ``<th scope>``. Written as XML (``<!DOCTYPE html>``, ``<br/>``,
    ``<tbody>``) it is read faster.

    :param template: ``receipts/receipt.html``
    :param context: what the template prints; no request and no context processor comes with it. A
        ``Picture`` in it belongs to this paper alone: ``<img src="{{ code.src }}" alt="…"/>``
    :param language: of the texts, dates and amounts: ``en``
    :param paper_size: ``letter`` or ``a4``, as the legal entity says
    :raises ForeignFile: if the template asks for a file that is not ours
    """
    html = to_html(template, context, language=language)
    own = {value.src: value for value in context.values() if isinstance(value, Picture)}
    # Pango's fonts are not made for several threads, which a web process has.
    with _ONE_AT_A_TIME, _without_collecting():
        kept = _pictures()
        kept.update(own)
        try:
            pdf: bytes = _parsed(html).write_pdf(
                stylesheets=_styles(template, paper_size), font_config=_fonts(), cache=kept, pdf_variant="pdf/ua-1"
            )
        except FatalURLFetchingError as error:
            raise ForeignFile(*error.args) from error
        finally:
            for address in own:
                del kept[address]
    return pdf


def to_html(template: str, context: Mapping[str, Any], *, language: str) -> str:
    """Return the page before it is pressed."""
    with translation.override(language):
        return get_template(template).render(dict(context))


class _WellFormed(HTML):
    """A page that needs no forgiving parser: the XML parser is ten times as fast and builds the same tree."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.base_url, self.url_fetcher, self.media_type = f"{FOLDER}/", _files(), "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root


def _parsed(html: str) -> HTML:
    """Parse a page: quickly, if its template is well-formed and what it quotes has no character that XML forbids."""
    try:
        return _WellFormed(ElementTree.fromstring(html))  # noqa: S314 - our own template; what it quotes is escaped
    except ElementTree.ParseError:
        return HTML(string=html, base_url=f"{FOLDER}/", url_fetcher=_files())


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let Python's collector of cycles wait until the paper is made: it then finds all of its garbage at once.

    Otherwise it goes through the whole program several times for each paper, which takes a fifth of the time.
    """
    _settle()
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _settle() -> None:
    """Take what the program has made until its first paper out of the collector's rounds: it stays as long as the process."""
    gc.collect()
    gc.freeze()


@cache
def _files() -> OwnFiles:
    return OwnFiles()


@cache
def _fonts() -> FontConfiguration:
    """Looked up once a process: it takes a second."""
    return FontConfiguration()


@cache
def _pictures() -> dict[str, Any]:
    return {}


@cache
def _styles(template: str, paper_size: str) -> list[CSS]:
    files = [CSS(filename=path, font_config=_fonts(), url_fetcher=_files()) for path in stylesheets(template)]
    return [*files, CSS(string=page_size(paper_size), font_config=_fonts(), url_fetcher=_files())]


def stylesheets(template: str) -> list[Path]:
    """Return the files that style a template."""
    own = FOLDER / Path(template).with_suffix(".css").name
    return [path for path in (FOLDER / "paper.css", own) if path.exists()]


def page_size(paper_size: str) -> str:
    """Return the rule that comes on top of them."""
    return f"@page {{ size: {SIZES[paper_size]} }}"
