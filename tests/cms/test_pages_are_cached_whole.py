"""A public page is kept whole: the same bytes for everybody, nothing of anybody, and forgotten when somebody publishes."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from wagtail.models import PageViewRestriction

from cms import page_cache
from cms.models import CampaignPage, HomePage, StandardPage
from organisation.models import User


def _terms() -> StandardPage:
    page: StandardPage = StandardPage.objects.get(slug="terms")
    return page


def test_second_visitor_gets_the_page_without_a_query(
    home: HomePage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = Client().get("/terms/")

    with django_assert_num_queries(0):
        second = Client().get("/terms/")

    assert second.content == first.content
    assert second.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]
    assert second.headers["Content-Type"] == first.headers["Content-Type"]


@pytest.mark.parametrize(
    "address", ["/", "/newsletter/", "/campaigns/", "/campaigns/keep-us-afloat/", "/privacy/", "/newsletter/feed/"]
)
def test_page_carries_no_cookie_and_no_token(client: Client, campaign: CampaignPage, address: str) -> None:
    for _time in range(2):
        response = client.get(address)

        assert not response.cookies
        assert "csrf" not in response.content.decode().lower()
        assert "form_token" not in response.content.decode()


def test_visitor_with_a_mark_of_another_site_gets_the_kept_page(
    client: Client, home: HomePage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/terms/")

    with django_assert_num_queries(0):
        assert client.get("/terms/?fbclid=x&utm_source=y").status_code == 200


def test_invented_addresses_do_not_fill_the_cache(client: Client, home: HomePage) -> None:
    client.get("/terms/")
    before = page_cache.count()

    for number in range(20):
        assert client.get(f"/nothing-{number}/").status_code == 404
        client.get(f"/terms/?fbclid={number}")
        client.get(f"/terms/?x={number}")

    assert page_cache.count() == before == 1


@pytest.mark.parametrize("host", ["testserver:1", "testserver:2", "TestServer", "localhost:9999"])
def test_invented_ports_and_capitals_do_not_fill_the_cache(client: Client, home: HomePage, host: str) -> None:
    client.get("/terms/")
    before = page_cache.count()

    assert client.get("/terms/", headers={"host": host}).status_code == 200

    assert page_cache.count() == before == 1


@pytest.mark.filterwarnings("error::django.core.cache.backends.base.CacheKeyWarning")
@pytest.mark.parametrize("path", ["/a%20b/", "/a%00b/", "/a%0d%0ab/", "/" + "long/" * 100])
def test_odd_addresses_are_looked_up_without_a_warning(client: Client, home: HomePage, path: str) -> None:
    assert client.get(path).status_code == 404


def test_languages_and_hosts_are_apart(client: Client, home: HomePage) -> None:
    english = client.get("/terms/").content
    spanish = client.get("/es/terms/").content
    elsewhere = client.get("/terms/", headers={"host": "127.0.0.1"})

    assert spanish != english
    assert client.get("/terms/").content == english
    assert elsewhere.status_code == 200


def test_publishing_shows_at_once(
    client: Client, home: HomePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client.get("/terms/")
    page = _terms()
    page.lead = "Changed today."

    with django_capture_on_commit_callbacks(execute=True):
        page.save_revision().publish()

    assert "Changed today." in client.get("/terms/").content.decode()


def test_unpublishing_shows_at_once(
    client: Client, home: HomePage, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client.get("/terms/")

    with django_capture_on_commit_callbacks(execute=True):
        _terms().unpublish()

    assert client.get("/terms/").status_code == 404


def test_editors_bar_is_shown_to_her_and_never_kept(client: Client, home: HomePage, edith: User) -> None:
    editor = Client()
    editor.force_login(edith)

    for_edith = editor.get("/terms/").content.decode()
    for_ann = client.get("/terms/").content.decode()
    again_for_edith = editor.get("/terms/").content.decode()

    assert "wagtail-userbar" in for_edith
    assert "wagtail-userbar" not in for_ann
    assert "wagtail-userbar" in again_for_edith


def test_page_behind_a_password_is_not_kept(client: Client, home: HomePage) -> None:
    PageViewRestriction.objects.create(
        page=_terms(), restriction_type=PageViewRestriction.PASSWORD, password="open sesame"
    )

    client.get("/terms/")

    assert page_cache.count() == 0
