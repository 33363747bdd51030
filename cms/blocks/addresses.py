"""Addresses as a letter needs them: whole, and in the reader's language."""

from urllib.parse import urljoin

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language, get_language_from_path, override


def in_readers_language(address: str) -> str:
    """Lead from a page under /es/ to one under /es/. An address that names its language, or another host, stays."""
    if not address.startswith("/") or address.startswith("//") or get_language_from_path(address):
        return address
    reader = get_language() or settings.LANGUAGE_CODE
    if reader == settings.LANGUAGE_CODE:
        return address
    # Editors write the English address, which is understood in English only.
    with override(settings.LANGUAGE_CODE):
        return translate_url(address, reader)


def whole(address: str, *, page_address: str = "") -> str:
    """Return the address with scheme and host; what is none (``https://[your-site]/``) as it stands.

    :param page_address: where the page is on which it stands: “#notes” leads there
    """
    try:
        return urljoin(page_address or f"{settings.SITE_URL}/", in_readers_language(address.strip()))
    except ValueError:
        return address.strip()
