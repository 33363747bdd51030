"""How many queries each public page makes when nothing is kept: a new one more is seen here."""

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from cms.models import CampaignPage, NewsletterIssuePage

# Of each: its site and address, the page itself with what it refers to, the organisation.
QUERIES = {
    "/": 7,
    "/newsletter/": 4,
    "/newsletter/newsletter-7/": 4,
    "/newsletter/newsletter-7/forty-days/": 3,
    "/campaigns/": 7,
    "/campaigns/keep-us-afloat/": 6,
    "/terms/": 3,
    "/es/terms/": 3,
    "/nothing/": 4,
    "/newsletter/feed/": 5,
    "/sitemap.xml": 11,
    "/search/?q=forty": 11,
    "/books/": 10,
}


@pytest.mark.parametrize("address", QUERIES)
def test_page_makes_so_many_queries(
    issue: NewsletterIssuePage,
    campaign: CampaignPage,
    settings: Settings,
    address: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "cms.page_cache.PageCache"]
    visitor = Client()
    visitor.get(address)  # What a process learns once: content types, compiled templates.
    caches["default"].clear()

    with django_assert_num_queries(QUERIES[address]):
        visitor.get(address)
