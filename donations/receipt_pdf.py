"""The paper: one page made from a receipt's snapshot and nothing else, as an accessible PDF (PDF/UA-1)."""

import logging
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from core.money import from_minor

# It reports each of its steps.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)

_FOLDER = settings.BASE_DIR / "templates" / "receipts"


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
        if parts.scheme != "file" or parts.netloc or not path.is_relative_to(_FOLDER) or not path.is_file():
            raise ForeignFile(f"not one of our files: {parts.scheme}")
        return URLFetcherResponse(url, body=path.read_bytes())


@cache
def _fonts() -> FontConfiguration:
    """Looked up once a process: it takes a second."""
    return FontConfiguration()


@cache
def _style() -> CSS:
    return CSS(filename=_FOLDER / "receipt.css", font_config=_fonts(), url_fetcher=OwnFiles())


def render(snapshot: Mapping[str, Any]) -> bytes:
    """Return the PDF of a receipt."""
    with translation.override(snapshot["language"]):
        html = render_to_string(
            "receipts/receipt.html",
            {
                "receipt": snapshot,
                "amount": from_minor(*snapshot["amount"]),
                "given": from_minor(*snapshot["given"]),
                "is_partly_sent_back": snapshot["amount"] != snapshot["given"],
                "issued_on": date.fromisoformat(snapshot["issued_on"]),
                "given_on": date.fromisoformat(snapshot["given_on"]),
                "address": snapshot["entity"]["address"].splitlines(),
                # Receipts issued before donors could write an address have none in their snapshot.
                "donor_address": snapshot.get("address", "").splitlines(),
            },
        )
    document = HTML(string=html, base_url=f"{_FOLDER}/", url_fetcher=OwnFiles())
    pdf: bytes = document.write_pdf(stylesheets=[_style()], font_config=_fonts(), pdf_variant="pdf/ua-1")
    return pdf
