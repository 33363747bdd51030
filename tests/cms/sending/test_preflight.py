"""Before an issue leaves: each fault is found, and what cannot be found out stops nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from cms.blocks import addresses
from cms.letter.rendering import Letter
from cms.models import NewsletterIssuePage, Sending
from cms.sending.preflight import checking, fetching, letter, links, resolving, sender
from cms.sending.preflight.findings import Level
from cms.sending.preflight.letter import Written
from organisation.models import User
from tests.cms.sending.conftest import Reader

LEAVE = "https://raft.example/unsubscribe/x/"
GOOD = Letter(
    subject="No. 41: what we won",
    preheader="Three wins and a date",
    html=f'<h1>No. 41</h1><h2>What we won</h2><p>Much.</p><img src="a.png" alt="A raft"><a href="{LEAVE}">Leave</a>',
    text=f"No. 41\n\nWhat we\nwon\n\n{'We won. ' * 40}\n\nLeave: {LEAVE}\n",
)
RECORDS = {
    "example.org": ["google-site=1", "v=spf1 mx -all"],
    "liferaft._domainkey.example.org": ["v=DKIM1; p=MIIB"],
    "_dmarc.example.org": ["v=DMARC1; p=none"],
}


def levels(made: Letter) -> dict[str, Level]:
    return {finding.what: finding.level for finding in letter.look([Written("en", made, LEAVE)])}


def test_a_good_letter_is_fine() -> None:
    assert set(levels(GOOD).values()) == {Level.FINE}


@pytest.mark.parametrize(
    ("what", "changes", "level"),
    [
        ("Size", {"html": GOOD.html + "x" * 102_400}, Level.STOPS),
        ("Size", {"html": GOOD.html + "x" * 90_000}, Level.LOOK),
        ("Subject", {"subject": " "}, Level.STOPS),
        ("Subject", {"subject": "word " * 20}, Level.LOOK),
        ("Line beside the subject", {"preheader": ""}, Level.LOOK),
        ("Pictures", {"html": GOOD.html.replace(' alt="A raft"', "")}, Level.STOPS),
        ("Headings", {"html": GOOD.html.replace("h2", "h4")}, Level.LOOK),
        ("Headings", {"html": "<p>None</p>"}, Level.LOOK),
        ("Plain text", {"text": ""}, Level.STOPS),
        ("Plain text", {"text": GOOD.text.replace("What we\nwon", "")}, Level.LOOK),
        ("Way to leave", {"text": GOOD.text.replace(LEAVE, "")}, Level.STOPS),
        ("Way to leave", {"html": GOOD.html.replace(LEAVE, "#")}, Level.STOPS),
        ("Words that filters dislike", {"text": GOOD.text + "Act  now"}, Level.LOOK),
        ("Words that filters dislike", {"subject": "Dinero Fácil para todos"}, Level.LOOK),
        ("Words that filters dislike", {"subject": "READ THIS TODAY"}, Level.LOOK),
    ],
)
def test_each_fault_is_found(what: str, changes: dict[str, str], level: Level) -> None:
    assert levels(replace(GOOD, **changes))[what] == level


def test_a_word_within_a_word_is_no_fault() -> None:
    assert levels(replace(GOOD, text=GOOD.text + "A prizewinning interview, cheaply made."))[
        "Words that filters dislike"
    ] == (Level.FINE)


def known(name: str) -> list[str]:
    return RECORDS.get(name, [])


def nothing(_name: str) -> list[str]:
    return []


def unreachable(_name: str) -> list[str]:
    raise resolving.Unreachable


@pytest.mark.parametrize(
    ("resolver", "expected"),
    [
        ("known", [Level.FINE, Level.FINE, Level.FINE]),
        ("nothing", [Level.LOOK, Level.LOOK, Level.LOOK]),
        ("unreachable", [Level.UNKNOWN]),
    ],
)
def test_the_senders_domain_is_looked_up(settings: Settings, resolver: str, expected: list[Level]) -> None:
    settings.MAIL_FROM, settings.DKIM_DOMAIN = "Raft <post@example.org>", "example.org"
    settings.DKIM_KEY_FILE, settings.DKIM_SELECTOR = "/keys/dkim.pem", "liferaft"
    settings.DNS_RESOLVER = f"{__name__}.{resolver}"

    assert [finding.level for finding in sender.look()] == expected


def other_sites(address: str) -> None:
    if "gone" in address:
        raise fetching.NotThere("404")


@pytest.mark.django_db
def test_dead_links_are_found_on_this_site_and_on_others(issue: NewsletterIssuePage, settings: Settings) -> None:
    settings.LINK_FETCHER = f"{__name__}.other_sites"
    own = issue.full_url
    here = settings.SITE_URL
    addresses = [f"{own}what-we-won/", f"{here}/newsletter/", "mailto:a@b.example", "https://there.example/", LEAVE]
    dead = [f"{own}never-written/", f"{here}/no-such-page/", "https://gone.example/", "javascript:alert(1)"]
    html = "".join(f'<a href="{address}">x</a>' for address in addresses + dead)

    ours, others = links.look(html, issue, besides={LEAVE})

    assert list(ours.items) == [dead[0], dead[1], dead[3]]
    assert list(others.items) == [f"{dead[2]} (answers 404)"]


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://2130706433/",
        "https://example.org:8080/",
        "file:///etc/passwd",
        "http://user@127.0.0.1/",
        "http://[64:ff9b::a9fe:a9fe]/",  # the metadata address behind a gateway from IPv6
        "http://[64:ff9b:1::1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:0:127.0.0.1]/",
        "http://[fec0::1]/",
    ],
)
def test_nothing_of_our_own_network_is_asked(address: str) -> None:
    with pytest.raises(fetching.NotThere, match="private"):
        fetching.fetch(address)


@pytest.mark.parametrize("address", ["https://[your-site]/x", "http://\u2100.com/", "https://example.org:port/"])
def test_what_is_no_address_is_not_there(address: str) -> None:
    assert addresses.whole(address) == address
    with pytest.raises(fetching.NotThere, match="no_answer"):
        fetching.fetch(address)


@pytest.mark.django_db
def test_what_stops_it_keeps_it_from_being_asked_for_and_agreed_to(
    issue: NewsletterIssuePage, reader: Reader, edith: User, client: Client
) -> None:
    reader("ann@example.org")
    issue.articles = []
    issue.save_revision(user=edith)
    client.force_login(edith)

    answer = client.post(reverse("cms_sending_ask", args=[issue.pk]), {"to": "everyone", "ask": "1"}, follow=True)

    assert not Sending.objects.exists()
    assert "stops sending" in answer.content.decode()
    nobody = client.post(reverse("cms_sending_ask", args=[issue.pk]), {"to": "supporters", "ask": "1"})
    assert "Nobody would get it" in nobody.content.decode()


@pytest.mark.django_db
def test_what_was_found_is_kept_until_the_issue_changes(
    issue: NewsletterIssuePage, edith: User, client: Client, settings: Settings, now: datetime
) -> None:
    settings.LINK_FETCHER, settings.DNS_RESOLVER = f"{__name__}.other_sites", f"{__name__}.unreachable"
    client.force_login(edith)
    where = reverse("cms_sending_check", args=[issue.pk])

    page = client.post(where, follow=True).content.decode()

    assert "cannot be reached from here" in page
    checked: Any = checking.last(issue.latest_revision)
    assert checked.is_whole
    assert not checked.stops
    issue.save_revision(user=edith)
    fresh: Callable[..., Any] = checking.last
    assert fresh(NewsletterIssuePage.objects.get(pk=issue.pk).latest_revision) is None
