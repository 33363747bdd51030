"""The demonstration's letters are as the deeds leave them: what is counted adds up, and loading it again changes nothing."""

from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from cms import demo
from cms.models import Delivery, NewsletterIssuePage, Sending, Subscriber
from ledger.models import Fund
from mail.models import MailReport, OutgoingEmail, Suppression
from organisation import audit
from organisation.models import Organisation, User

# Wagtail leaves the file of a picture that it makes to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
_NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
State = Delivery.State


def test_past_sending_adds_up_and_another_waits(
    client: Client, liferaft: Organisation, general_fund: Fund, edith: User, adam: User
) -> None:
    demo.build(at=_NOW)
    for _time in range(2):
        demo.send(editor=edith, second=adam, at=_NOW)

    sent = Sending.objects.get(issue__number=3)
    waits = Sending.objects.get(issue__number=4)
    became = Counter(sent.deliveries.values_list("state", flat=True))
    readers = Counter(Subscriber.objects.values_list("state", flat=True))
    assert (sent.state, sent.asked_by, sent.agreed_by) == (Sending.State.DONE, edith, adam)
    assert (waits.state, waits.agreed_by) == (Sending.State.ASKED, None)
    assert sent.selected == sum(became.values()) == (sent.chosen or 0) + became[State.LEFT_OUT]
    assert sent.left_out_for == {"paused": 3, "suppressed": 1}
    assert (became[State.REFUSED], became[State.BOUNCED], became[State.QUEUED]) == (1, 2, 0)
    assert sent.deliveries.exclude(unsubscribed_at=None).count() == 2
    assert (sum(readers.values()), readers["pending"], readers["left"]) == (59, 5, 7)
    assert Suppression.objects.count() == 4
    assert not MailReport.objects.filter(taken_at=None).exists()
    assert {variant.language for variant in sent.variants.all()} == {"en", "es"}
    assert not OutgoingEmail.objects.exists()
    assert not list(audit.broken_links())


def test_draft_is_no_page_yet_and_the_long_issue_has_its_parts(
    client: Client, liferaft: Organisation, general_fund: Fund
) -> None:
    demo.build(at=_NOW)

    text = client.get("/newsletter/newsletter-2/").content.decode()
    parts = ["Welcome to our second letter", "Our next open forum", "By Ola Brightwater", "41,200", "Affected workers"]
    parts += ["Requesters", "Allies", "4. We wrote down", "We are looking for suggestions"]
    places = [text.index(part, text.index("</nav>", text.index('class="contents"'))) for part in parts[1:]]
    assert client.get("/newsletter/newsletter-4/").status_code == 404
    assert parts[0] in text
    assert places == sorted(places)
    assert "Newsletter 4" not in client.get("/newsletter/").content.decode()


def test_whole_demonstration_without_a_sandbox_is_loaded_twice(db: None) -> None:
    for _time in range(2):
        call_command("load_demo", stdout=StringIO())

    assert NewsletterIssuePage.objects.count() == 4
    assert Sending.objects.count() == 2
