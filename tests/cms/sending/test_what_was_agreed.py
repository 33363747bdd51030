"""What leaves is what two people saw and agreed to: no other version, no other words, nothing that was put in since."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import WorkflowState

from cms.models import NewsletterIssuePage, Sending, SendingVariant, StandingText, Topic
from cms.sending import asking, proofs, sweeping, two_people
from mail import frozen
from mail.models import OutgoingEmail
from organisation.models import User
from tests.cms.sending.conftest import Reader

pytestmark = pytest.mark.django_db
EVERYONE = Sending.To.EVERYONE


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def agree(sending: Sending, by: User, at: datetime) -> Sending:
    return asking.agree(sending=sending, by=by, seen=asking.asked_for(sending), at=at)


@pytest.fixture
def closing(issue: NewsletterIssuePage) -> StandingText:
    """The text that ends the issue, which every editor may change at any time."""
    text = StandingText.objects.create(name="Who we are", body="<p>Good words.</p>")
    issue.closing = text
    issue.save_revision()
    issue.refresh_from_db()
    return text


def ask_for_something_else(issue: NewsletterIssuePage, sending: Sending, by: User) -> None:
    """Take it back, change the words, and ask again."""
    two_people.send_back(sending=sending, by=by, at=sending.asked_at)
    page = NewsletterIssuePage.objects.get(pk=issue.pk)
    page.title = "Changed behind"
    page.save_revision(user=by)
    page.refresh_from_db()
    two_people.ask(issue=page, audience=two_people.Audience(language="es"), by=by, at=sending.asked_at)


def test_a_page_that_is_old_agrees_to_nothing(
    issue: NewsletterIssuePage, edith: User, adam: User, now: datetime
) -> None:
    sending = two_people.ask(issue=issue, audience=two_people.Audience(), by=edith, at=now)
    shown = at_desk(adam).get(reverse("cms_sending", args=[issue.pk])).content.decode()
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    ask_for_something_else(issue, sending, edith)

    for given in ({"seen": seen}, {}):
        page = at_desk(adam).post(reverse("cms_sending_agree", args=[issue.pk]), given, follow=True)
        assert "Meanwhile it was asked for anew" in page.content.decode()

    assert Sending.objects.get().state == "asked"


def test_wagtails_button_agrees_to_the_asking_it_belongs_to(
    issue: NewsletterIssuePage, edith: User, adam: User, now: datetime
) -> None:
    sending = two_people.ask(issue=issue, audience=two_people.Audience(), by=edith, at=now)
    old = WorkflowState.objects.for_instance(issue).get(status="in_progress").current_task_state
    ask_for_something_else(issue, sending, edith)

    assert two_people.acted(old, adam, "approve", note="").endswith("?not-done")
    assert two_people.acted(old, adam, "reject", note="").endswith("?not-done")

    assert Sending.objects.get().state == "asked"


def test_letter_is_the_one_that_was_agreed_to_whatever_its_texts_say_since(
    issue: NewsletterIssuePage, closing: StandingText, edith: User, adam: User, now: datetime
) -> None:
    sending = agree(asking.ask(issue=issue, by=edith, to=EVERYONE, at=now), adam, now)
    closing.body = "<p>Words of one person.</p>"
    closing.save()

    sweeping.begin(sending=sending, at=now + asking.GRACE)

    assert Sending.objects.get().state == "sending"
    assert [("Good words." in each.text, "one person" in each.html) for each in sending.variants.all()] == [
        (True, False)
    ] * 2
    assert list(proofs.broken()) == []


def test_what_the_texts_say_since_it_was_asked_for_is_not_agreed_to(
    issue: NewsletterIssuePage, closing: StandingText, edith: User, adam: User, now: datetime
) -> None:
    sending = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now)
    closing.body = "<p>Words of one person.</p>"
    closing.save()

    with pytest.raises(asking.ChangedSince):
        agree(sending, adam, now)

    again = two_people.ask_again(sending=sending, by=edith, at=now)
    assert agree(again, adam, now).state == "waiting"


def test_what_was_agreed_to_is_kept_until_it_is_called_back(agreed: Sending, edith: User, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="goes_only_before_agreement"), transaction.atomic():
        SendingVariant.objects.all().delete()

    asking.call_back(sending=agreed, by=edith, at=now)

    assert not SendingVariant.objects.exists()


@pytest.mark.parametrize("is_gone", [True, False])
def test_without_the_version_that_was_agreed_to_nothing_leaves(
    agreed: Sending, edith: User, adam: User, now: datetime, *, is_gone: bool
) -> None:
    page = NewsletterIssuePage.objects.get(pk=agreed.issue_id)
    NewsletterIssuePage.objects.filter(pk=page.pk).update(title="Nobody agreed to this")
    if is_gone:
        page.latest_revision.delete()
    else:
        type(page.latest_revision).objects.update(created_at=now - timedelta(days=1))

    sweeping.sweep(at=now + asking.GRACE)

    held = Sending.objects.get()
    assert (held.state, held.note, held.deliveries.count()) == ("held", asking.GONE, 0)
    shown = at_desk(adam).get(reverse("cms_sending", args=[page.pk])).content.decode()
    assert "is not there any more. Call it back" in shown
    assert "Send it at this time" not in shown
    with pytest.raises(asking.ChangedSince):
        asking.release(sending=held, by=edith, at=now)
    assert asking.call_back(sending=held, by=edith, at=now).state == "returned"


def test_words_that_hold_a_readers_place_are_not_asked_for(
    issue: NewsletterIssuePage, edith: User, now: datetime, reader: Reader
) -> None:
    reader("ann@example.org")
    issue.intro = f'<p><a href="https://elsewhere.example/?who={frozen.LEAVE_PLACE}">Look</a></p>'
    issue.save_revision()

    page = at_desk(edith).post(reverse("cms_sending_ask", args=[issue.pk]), {"to": "everyone", "ask": "1"}, follow=True)

    assert "take that word out" in page.content.decode()
    assert not Sending.objects.exists()


def test_who_may_agree_is_told_by_a_letter_each_time(
    issue: NewsletterIssuePage, person: Callable[..., User], edith: User, adam: User, now: datetime
) -> None:
    person("fay", "fundraiser")
    User.objects.update(email="")
    for user in (edith, adam):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.org")

    sending = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now)
    first = OutgoingEmail.objects.get()
    asking.send_back(sending=sending, by=edith, at=now)
    again = asking.ask(issue=issue, by=edith, to=EVERYONE, at=now + timedelta(minutes=1))

    letter = OutgoingEmail.objects.get()
    assert letter.recipient == first.recipient == "adam@example.org"
    assert letter.key != first.key
    assert "Newsletter 41" in letter.subject
    assert reverse("cms_sending", args=[issue.pk]) in letter.text
    agree(again, adam, now)
    assert not OutgoingEmail.objects.exists()  # It had not left, and is not true any more.


def test_topic_that_somebody_has_is_not_deleted(
    issue: NewsletterIssuePage, reader: Reader, edith: User, now: datetime
) -> None:
    chosen, asked, free = (Topic.objects.create(name=name) for name in ("Chosen", "Asked for", "Free"))
    reader("ann@example.org").topics.add(chosen)
    asking.ask(issue=issue, by=edith, to=Sending.To.TOPICS, topics=[asked], at=now)

    def delete(topic: Topic) -> Any:
        where = Topic.snippet_viewset.get_url_name("delete")  # type: ignore[attr-defined]  # set by Wagtail
        return at_desk(edith).post(reverse(where, args=[topic.pk]), follow=True).content.decode()

    assert "“Chosen” stays: readers chose it" in delete(chosen)
    assert "“Asked for” stays" in delete(asked)
    with pytest.raises(IntegrityError):
        chosen.delete()
    delete(free)

    assert list(Topic.objects.order_by("name")) == [asked, chosen]
