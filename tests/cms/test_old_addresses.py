"""Every address of the old site is answered: with its page, with "gone", or with "not found"; never with the home page."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from cms.models import HomePage, LegacyLink, StandardPage
from ledger.models import Fund
from tests.cms.wordpress import DONATION, record, save


@pytest.fixture
def imported(home: HomePage, general_fund: Fund, tmp_path: Path) -> None:
    pretty = record(70, "Rules", "<p>Rules.</p>", slug="rules", link="https://old.raft.example/2021/02/rules/")
    call_command("import_wordpress", save(tmp_path, DONATION, pretty))


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/?page_id=51", "/campaigns/give-afloat/"),
        ("/?page_id=51&fbclid=x", "/campaigns/give-afloat/"),
        ("/?fbclid=x&page_id=51", "/campaigns/give-afloat/"),
        ("/index.php?utm_source=a&page_id=51", "/campaigns/give-afloat/"),
        ("/?p=51", "/campaigns/give-afloat/"),
        ("/?post_type=give_forms&p=99", "/campaigns/give-afloat/"),
        ("/2021/02/rules/", "/rules/"),
        ("/?feed=rss2", "/newsletter/feed/"),
        ("/feed/", "/newsletter/feed/"),
    ],
)
def test_old_address_leads_to_its_page_for_good(client: Client, imported: None, address: str, leads_to: str) -> None:
    response = client.get(address)

    assert response.status_code == 301
    assert response.headers["Location"] == leads_to
    assert not response.cookies


@pytest.mark.parametrize(
    "address", ["/?page_id=883", "/?p=9", "/?page_id=abc", "/index.php?page_id=", "/?page_id=%00", "/?p=١٢"]
)
def test_unknown_number_is_not_found(client: Client, imported: None, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/wp-login.php", "/xmlrpc.php", "/wp-json/", "/wp-json/wp/v2/pages", "/wp-admin/", "/wp-content/uploads/a.jpg"],
)
def test_machinery_of_the_old_site_is_gone(client: Client, home: HomePage, address: str) -> None:
    assert client.get(address).status_code == 410
    assert client.post(address).status_code == 410


def test_address_of_a_page_that_was_deleted_or_taken_down_is_gone(client: Client, imported: None) -> None:
    StandardPage.objects.get(slug="rules").unpublish()
    assert client.get("/?page_id=70").status_code == 410

    StandardPage.objects.get(slug="rules").delete()
    response = client.get("/?page_id=70")
    assert response.status_code == 410
    assert "This page is gone" in response.content.decode()


def test_page_that_moves_is_still_found(client: Client, imported: None) -> None:
    page = StandardPage.objects.get(slug="rules")
    page.slug = "our-rules"
    page.save_revision().publish()

    assert client.get("/?page_id=70").headers["Location"] == "/our-rules/"


def test_entry_of_this_host_comes_before_the_one_for_any(client: Client, imported: None) -> None:
    page = StandardPage.objects.get(slug="privacy")
    LegacyLink.objects.create(host="testserver", kind=LegacyLink.Kind.PAGE_ID, value="51", page=page.page_ptr)

    assert client.get("/?page_id=51").headers["Location"] == "/privacy/"
    assert client.get("/?page_id=51", headers={"host": "localhost"}).headers["Location"] == "/campaigns/give-afloat/"
