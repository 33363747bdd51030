"""The site map: each public page, each article and each open door, once in each language."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.contrib.sitemaps import Sitemap
from wagtail.contrib.sitemaps import views as wagtail_map

from cms import sharing

# What is no page of the tree and everybody may find.
_DOORS = ["donations:donate", "aid:home", "ledger:books", "cms_subscribe"]


class _Pages(Sitemap):
    """Wagtail's pages and, after them, the doors; addresses as the pages themselves name them."""

    def items(self) -> Any:
        """Give the pages with their texts: the articles' addresses stand there."""
        pages = self.get_wagtail_site().root_page.get_descendants(inclusive=True)
        return pages.live().public().order_by("path").specific()

    def _urls(self, page: int, protocol: str, domain: str) -> list[dict[str, Any]]:
        found = [(info["location"], info.get("lastmod")) for info in super()._urls(page, protocol, domain)]
        # Wagtail's addresses have the host of its own record of the site.
        paths = [(urlsplit(address).path, changed) for address, changed in found]
        paths += [(reverse(door), None) for door in _DOORS] if page == 1 else []
        return [entry for path, changed in paths for entry in _in_each_language(path, changed)]


def _in_each_language(path: str, changed: datetime | None) -> list[dict[str, Any]]:
    # Looking each address up again, as translate_url does, takes seconds for some hundred issues.
    inside = path.removeprefix(_prefix(get_language() or settings.LANGUAGE_CODE))
    addresses = {code: sharing.whole(f"{_prefix(code)}{inside}") for code, _name in settings.LANGUAGES}
    default = addresses[settings.LANGUAGE_CODE]
    same = [{"lang_code": code, "location": address} for code, address in {**addresses, "x-default": default}.items()]
    return [{"location": address, "lastmod": changed, "alternates": same} for address in addresses.values()]


def _prefix(code: str) -> str:
    """Return what addresses of a language begin with, as ``config.urls`` has it."""
    return "" if code == settings.LANGUAGE_CODE else f"/{code}"


@require_safe
def site_map(request: HttpRequest) -> TemplateResponse:
    """List what everybody may read."""
    answer: TemplateResponse = wagtail_map.sitemap(request, sitemaps={"pages": _Pages})
    return answer
