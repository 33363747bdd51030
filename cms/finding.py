"""Finds the page of an address by two statements. Wagtail's own way takes nine, half of the time that a page takes.

The first statement finds the site, the deepest page whose address begins the path, and whether any page is private. The
second one brings the page as what it is, with what it refers to. Where the answer is not plain (several sites, private
pages) Wagtail goes its own way, from there on or from the start.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.http import Http404, HttpRequest, HttpResponseBase
from wagtail.models import Page, Site
from wagtail.models.sites import SiteRootPath
from wagtail.views import serve as wagtail_serve

from cms import pictures
from core.prepared import Prepared

_FIND = """
    SELECT site.id, site.hostname, site.port, site.site_name, site.root_page_id, site.is_default_site,
        root.url_path, locale.language_code, root.content_type_id, page.id, page.content_type_id, page.url_path, page.title,
        EXISTS (SELECT FROM wagtailcore_pageviewrestriction)
    FROM wagtailcore_site site
    JOIN wagtailcore_page root ON root.id = site.root_page_id
    JOIN wagtailcore_locale locale ON locale.id = root.locale_id
    LEFT JOIN wagtailcore_page page ON page.slug = ANY(%(steps)s)
        AND page.url_path = ANY(SELECT root.url_path || below FROM unnest(%(paths)s::text[]) below)
    ORDER BY length(page.url_path) DESC NULLS LAST
"""
_DEEPEST = 12


def serve(request: HttpRequest, path: str) -> HttpResponseBase:
    """Answer with the page at a path, as ``wagtail.views.serve`` does, its hooks and all."""
    _route(request, [step for step in path.split("/") if step])
    answer: HttpResponseBase = wagtail_serve(request, path)
    return answer


def _route(request: HttpRequest, steps: list[str]) -> None:
    """Leave on the request what Wagtail would look up: site, root path, page and the rest of its route.

    :raises Http404: if there is no such page
    """
    if len(steps) > _DEEPEST:
        raise Http404
    paths = ["/".join(steps[: count + 1]) + "/" for count in range(len(steps))]
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"steps": steps, "paths": paths})
        rows = cursor.fetchall()
    if len({row[0] for row in rows}) != 1 or not rows[0][5]:
        return  # Which site is meant depends on the host, and Wagtail knows how.
    *site, root_path, language, root_type, page_id, page_type, page_path, _title, some_are_private = rows[0]
    known = Site(
        **dict(zip(("id", "hostname", "port", "site_name", "root_page_id", "is_default_site"), site, strict=True))
    )
    page = _load(page_type or root_type, page_id or known.root_page_id)
    rest = steps[page_path.count("/") - root_path.count("/") :] if page_path else steps
    if rest and type(page).route is Page.route:
        raise Http404  # No page below it: Wagtail would look for one.
    root_paths = [SiteRootPath(known.pk, root_path, known.root_url, language)]
    request._wagtail_site = known  # type: ignore[attr-defined]  # Wagtail's own names, here and below
    request._wagtail_cached_site_root_paths = page._wagtail_cached_site_root_paths = root_paths  # type: ignore[attr-defined]  # see above
    if len(rows) > 1:
        _know_parent(page, *rows[1][9:13])
    if not some_are_private:
        page.get_view_restrictions = tuple
    pictures.fetch(page)
    request._wagtail_route_for_request = page.route(request, rest)  # type: ignore[attr-defined]  # see above


def _know_parent(page: Any, pk: int, content_type: int, url_path: str, title: str) -> None:
    """Give the page the one above it, as far as other pages show it, where ``get_parent`` looks first."""
    if url_path != page.url_path[: len(url_path)] or "/" in page.url_path[len(url_path) : -1]:
        return
    known = {"id": pk, "title": title, "content_type_id": content_type, "url_path": url_path}  # in the columns' order
    page._cached_parent_obj = Page.from_db(DEFAULT_DB_ALIAS, list(known), list(known.values()))
    page._cached_parent_obj._wagtail_cached_site_root_paths = page._wagtail_cached_site_root_paths


def _load(content_type: int, pk: int) -> Any:
    model = ContentType.objects.get_for_id(content_type).model_class()
    if model is None:
        raise Http404  # Its type is no longer in the code.
    if model not in _by_pk:
        ours = [field.name for field in model._meta.local_fields if field.many_to_one]
        ours += [str(each.get_accessor_name()) for each in model._meta.related_objects if each.one_to_one]
        pages = model._default_manager.filter(pk=0)
        _by_pk[model] = Prepared(pages.select_related(*ours) if ours else pages)
    found = _by_pk[model].get([pk])
    if not found:
        raise Http404  # It went between the two statements.
    return found[0]


_by_pk: dict[type[models.Model], Prepared] = {}
