"""What stands on every page is rendered once, and still tells the truth."""

from django.test import Client
from django.utils.safestring import mark_safe
from django.utils.translation import override
from pytest_django import Settings

from organisation.models import Organisation
from organisation.templatetags.liferaft import once


def test_renamed_organisation_stands_on_the_next_page(client: Client, liferaft: Organisation) -> None:
    assert liferaft.name in client.get("/aid/").content.decode()
    liferaft.name, liferaft.email = "Raft <of> Boats", "boats@example.org"
    liferaft.save()
    page = client.get("/aid/").content.decode()
    assert page.count("Raft &lt;of&gt; Boats") >= 2
    assert "mailto:boats@example.org" in page


def test_demonstration_says_so_only_where_it_is_one(client: Client, liferaft: Organisation, settings: Settings) -> None:
    for is_demo in (True, False, True):
        settings.IS_DEMO = is_demo
        assert ('class="demonstration"' in client.get("/aid/").content.decode()) is is_demo


def test_each_language_has_its_own_frame() -> None:
    with override("en"):
        english = once("components/quick_exit.html")
    with override("es"):
        spanish = once("components/quick_exit.html")
    assert 'href="/aid/away/"' in english
    assert 'href="/es/aid/away/"' in spanish


def test_text_is_escaped_even_where_the_same_was_markup_before() -> None:
    once("components/button.html", label=mark_safe("<b>Send</b>"))
    assert "&lt;b&gt;Send" in once("components/button.html", label="<b>Send</b>")


def test_link_to_another_language_keeps_what_the_address_asks_for(client: Client, liferaft: Organisation) -> None:
    assert 'href="/es/aid/apply/?then=check"' in client.get("/aid/apply/?then=check").content.decode()
    assert 'href="/aid/apply/"' in client.get("/es/aid/apply/").content.decode()
