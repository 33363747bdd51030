"""A change drops the pages that show it, at once, and no other; a stampede renders once; nothing is kept beyond a minute."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signals
from django.db import close_old_connections
from django.test import Client, RequestFactory
from django.utils import timezone
from moneyed import Money
from pytest_django import DjangoCaptureOnCommitCallbacks
from wagtail import hooks
from wagtail.models import PageViewRestriction

from cms import page_cache, page_versions, tasks
from cms.models import CampaignPage, NewsletterIssuePage, StandardPage
from config.wsgi import application
from core.money import currency_of
from ledger import posting
from ledger.models import Account, Fund, Kind
from organisation.models import Organisation
from tests.conftest import NOON

PAGES = {
    "issue": "/newsletter/newsletter-7/",
    "article": "/newsletter/newsletter-7/forty-days/",
    "archive": "/newsletter/",
    "feed": "/newsletter/feed/",
    "sitemap": "/sitemap.xml",
    "home": "/",
    "campaign": "/campaigns/keep-us-afloat/",
    "campaigns": "/campaigns/",
    "books": "/books/",
    "terms": "/terms/",
}
LISTS = {"archive", "feed", "sitemap", "home", "campaigns"}


class Visitor:
    """Reads all pages, and tells which of them were made for it."""

    def __init__(self) -> None:
        self.client = Client(headers={"host": "testserver"})

    def reads(self) -> set[str]:
        """Read each page; return the names of those that were not kept."""
        made = set()
        for name, address in PAGES.items():
            kept = list(page_cache._kept.values())
            assert self.client.get(address).status_code == 200, address
            if not all(any(each is one for one in kept) for each in page_cache._kept.values()):
                made.add(name)
        return made


@pytest.fixture
def visitor(issue: NewsletterIssuePage, campaign: CampaignPage, aid_fund: Fund) -> Visitor:
    """Somebody who has read every page once, so that all are kept."""
    visitor = Visitor()
    assert visitor.reads() == set(PAGES)
    assert visitor.reads() == set()
    return visitor


@pytest.fixture
def committed(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    return django_capture_on_commit_callbacks


def _gift(fund: Fund, reference: str) -> None:
    amount = Money(25, currency_of(fund.currency))
    lines = [posting.Line(Account.STRIPE, fund, amount), posting.Line(Account.GIFTS, fund, -amount)]
    posting.post(kind=Kind.GIFT, reference=reference, lines=lines, occurred_at=NOON, at=NOON)


def test_published_issue_drops_itself_its_articles_and_the_lists(
    visitor: Visitor, issue: NewsletterIssuePage, committed: Any
) -> None:
    issue.title = "Newsletter 7, put right"

    with committed(execute=True):
        issue.save_revision().publish()

    assert visitor.reads() == {"issue", "article"} | LISTS
    for name in ("issue", "article", "archive", "feed", "home"):
        assert "put right" in visitor.client.get(PAGES[name]).content.decode(), name


def test_draft_drops_nothing(visitor: Visitor, issue: NewsletterIssuePage, committed: Any) -> None:
    issue.title = "Not yet"

    with committed(execute=True):
        issue.save_revision()

    assert visitor.reads() == set()


def test_gift_drops_the_pages_that_show_its_fund(visitor: Visitor, general_fund: Fund) -> None:
    _gift(general_fund, "stripe:1")
    page_versions.touch()  # as the worker does after each task; without it a process looks after a second

    assert visitor.reads() == {"campaign", "campaigns", "home", "books"}


def test_gift_to_another_fund_drops_the_books_alone(visitor: Visitor, aid_fund: Fund) -> None:
    _gift(aid_fund, "stripe:1")
    page_versions.touch()

    assert visitor.reads() == {"books"}


def test_settings_drop_everything(visitor: Visitor, liferaft: Organisation) -> None:
    liferaft.name = "Raft Workers United"
    liferaft.save()
    page_versions.touch()

    assert visitor.reads() == set(PAGES)
    assert "Raft Workers United" in visitor.client.get("/terms/").content.decode()


def test_other_processes_see_a_change_within_a_second_without_being_told(
    visitor: Visitor, general_fund: Fund, monkeypatch: pytest.MonkeyPatch
) -> None:
    _gift(general_fund, "stripe:1")
    assert visitor.reads() == set()

    later = time.monotonic() + 1
    monkeypatch.setattr(page_versions, "time", SimpleNamespace(monotonic=lambda: later, time_ns=time.time_ns))

    assert "campaign" in visitor.reads()


def test_page_that_becomes_private_is_out_of_sight_at_once(visitor: Visitor) -> None:
    terms = StandardPage.objects.get(slug="terms")

    PageViewRestriction.objects.create(page=terms, restriction_type=PageViewRestriction.LOGIN)
    page_versions.touch()  # as every POST does

    assert visitor.client.get("/terms/").status_code == 302


def test_page_comes_and_goes_at_the_time_that_was_set(visitor: Visitor, committed: Any) -> None:
    terms, privacy = (StandardPage.objects.get(slug=slug) for slug in ("terms", "privacy"))
    terms.title = "Terms from today on"
    terms.save_revision(approved_go_live_at=timezone.now() - timedelta(minutes=1))
    StandardPage.objects.filter(pk=privacy.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    visitor.client.get("/privacy/")

    with committed(execute=True):
        tasks.sweep()

    assert "Terms from today on" in visitor.client.get("/terms/").content.decode()
    assert visitor.client.get("/privacy/").status_code == 404


def test_moved_page_is_at_its_new_address_only(visitor: Visitor, committed: Any) -> None:
    terms, privacy = (StandardPage.objects.get(slug=slug) for slug in ("terms", "privacy"))

    with committed(execute=True):
        terms.move(privacy, pos="last-child")

    assert visitor.client.get("/terms/").status_code == 404
    assert visitor.client.get("/privacy/terms/").status_code == 200


def test_nothing_is_kept_beyond_a_minute(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    later = time.monotonic() + 59
    monkeypatch.setattr(page_cache, "time", SimpleNamespace(monotonic=lambda: later))

    assert visitor.reads() == set(PAGES)


def test_stampede_renders_once(committed_db: None, at_once: Callable[..., list[Any]]) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    made: list[str] = []

    with hooks.register_temporarily("before_serve_page", lambda page, *_rest: made.append(page.slug)):
        answers = at_once(*[lambda: Client().get("/terms/?fbclid=x") for _ in range(8)])

    assert made == ["terms"]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert "fbclid" not in answers[0].content.decode()


def _ask_the_server(address: str, **more: str) -> tuple[str, dict[str, str], bytes]:
    """Ask as the web server does."""
    path, _mark, query = address.partition("?")
    environ = RequestFactory().get(path, QUERY_STRING=query, headers={"host": "testserver"}).environ | more
    begun: list[Any] = []
    body = b"".join(application(environ, lambda status, headers, _info=None: begun.extend([status, dict(headers)])))
    return begun[0], begun[1], body


@pytest.fixture
def no_signals() -> Iterator[None]:
    """The web server's requests would close the test's connection."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def test_server_gets_what_is_kept_before_django_is_asked(visitor: Visitor, no_signals: None) -> None:
    answer = visitor.client.get("/terms/")

    with hooks.register_temporarily("before_serve_page", lambda *_all: pytest.fail("was made")):
        status, headers, body = _ask_the_server("/terms/?utm_source=x")

    assert (status, headers, body) == ("200 OK", dict(answer.headers), answer.content)
    assert int(headers["Content-Length"]) == len(body)
    assert "Content-Security-Policy" in headers


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("/terms/?page=2", {}),
        ("/terms/", {"HTTP_HOST": "TESTSERVER"}),
        ("/terms/", {"REQUEST_METHOD": "HEAD"}),
    ],
)
def test_server_gets_nothing_kept_for_what_is_not_plain(
    visitor: Visitor, no_signals: None, address: str, more: dict[str, str]
) -> None:
    made: list[str] = []

    with hooks.register_temporarily("before_serve_page", lambda page, *_rest: made.append(page.slug)):
        _ask_the_server(address, **more)

    assert made == ["terms"]
