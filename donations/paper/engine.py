"""The press: makes an accessible PDF (PDF/UA-1) of a template of templates/receipts/, and keeps what all papers share.

Fonts, stylesheets, pictures and the fetcher are made once a process. A fresh one of each per paper costs several times
as much as the paper: WeasyPrint loads the machine's CA certificates for every new fetcher.
"""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import get_template
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

# It reports each of its steps.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

FOLDER = settings.BASE_DIR / "templates" / "receipts"
# By the names of LegalEntity.PaperSize.
SIZES = {"letter": "letter", "a4": "A4"}


class ForeignFile(FatalURLFetchingError):
    """A template asked for something that is not one of our own files beside it."""


class OwnFiles(URLFetcher):
    """Fetches files beside the templates of receipts, and nothing else: no network, no other file."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """
        :raises ForeignFile: for everything else
        """
        parts = urlsplit(url)
        path = Path(unquote(parts.path)).resolve()
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(FOLDER) or not path.is_file():
            raise ForeignFile(f"not one of our files: {parts.scheme}")
        return URLFetcherResponse(url, body=path.read_bytes())


def render(template: str, context: Mapping[str, Any], *, language: str, paper_size: str) -> bytes:
    """Return the PDF of a template that lies in templates/receipts/; same input, same bytes.

    The stylesheets are templates/receipts/paper.css, which all papers share, and the template's own beside it, if there
    is one (``statement.css`` for ``statement.html``); the page's size comes on top of them. A page may use the files
    beside the template by their plain names (``mark.svg``) and nothing else. Tables, tags, title and language come out of
    plain HTML: ``<html lang>``, ``<title>``, ``<h1>``, ``<th scope>``.

    :param template: ``receipts/receipt.html``
    :param context: what the template prints; no request and no context processor comes with it
    :param language: of the texts, dates and amounts: ``en``
    :param paper_size: ``letter`` or ``a4``, as the legal entity says
    :raises ForeignFile: if the template asks for a file that is not ours
    """
    html = to_html(template, context, language=language)
    document = HTML(string=html, base_url=f"{FOLDER}/", url_fetcher=_files())
    pdf: bytes = document.write_pdf(
        stylesheets=_styles(template, paper_size), font_config=_fonts(), cache=_pictures(), pdf_variant="pdf/ua-1"
    )
    return pdf


def to_html(template: str, context: Mapping[str, Any], *, language: str) -> str:
    """Return the page before it is pressed."""
    with translation.override(language):
        return get_template(template).render(dict(context))


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
    own = FOLDER / Path(template).with_suffix(".css").name
    files = [path for path in (FOLDER / "paper.css", own) if path.exists()]
    size = CSS(string=f"@page {{ size: {SIZES[paper_size]} }}", font_config=_fonts(), url_fetcher=_files())
    return [*(CSS(filename=path, font_config=_fonts(), url_fetcher=_files()) for path in files), size]
