"""An issue, readers, and the two people that a sending takes."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from cms.models import NewsletterIndexPage, NewsletterIssuePage, Sending, Subscriber
from cms.models.subscribers import address_index
from cms.sending import asking
from organisation.models import User

Reader = Callable[..., Subscriber]


@pytest.fixture
def issue(liferaft: None) -> NewsletterIssuePage:
    return an_issue()


def an_issue() -> NewsletterIssuePage:
    """Make a saved issue that is not published."""
    page = NewsletterIssuePage(
        title="Newsletter 41",
        slug="newsletter-41",
        number=41,
        date=date(2026, 11, 1),
        intro="<p>Good morning.</p>",
        articles=[
            (
                "article",
                {
                    "headline": "What we won",
                    "byline": "Ana Example",
                    "slug": "what-we-won",
                    "body": [("text", "<p>We won.</p>")],
                },
            )
        ],
        live=False,
    )
    NewsletterIndexPage.objects.get().add_child(instance=page)
    page.save_revision()
    page.refresh_from_db()
    return page


@pytest.fixture
def reader(now: datetime) -> Reader:
    """Make a reader; keywords change what they are."""

    def make(email: str, **changes: object) -> Subscriber:
        plain = {
            "address_index": address_index(email),
            "state": Subscriber.State.ACTIVE,
            "created_at": now - timedelta(days=30),
            "consented_at": now - timedelta(days=30),
        }
        return Subscriber.objects.create(email=email, **plain | changes)

    return make


@pytest.fixture
def agreed(issue: NewsletterIssuePage, edith: User, adam: User, now: datetime) -> Sending:
    """Edith asked, adam agreed; the letter is frozen, its time has come five minutes from now."""
    sending = asking.ask(issue=issue, by=edith, to=Sending.To.EVERYONE, at=now)
    return asking.agree(sending=sending, by=adam, seen=asking.asked_for(sending), at=now)
