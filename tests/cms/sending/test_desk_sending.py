"""From "not asked" to "sent" at the desk: what each person sees, can do, and is told when it cannot be done."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from cms.models import Delivery, NewsletterIssuePage, Sending, Topic
from cms.sending import asking, heartbeat
from core import clock
from mail.models import OutgoingEmail
from organisation import roles
from organisation.models import AuditEvent, User
from organisation.permissions import Permission
from tests.cms.sending.conftest import Reader

pytestmark = pytest.mark.django_db


class Desk:
    """One person at the desk of one issue."""

    def __init__(self, user: User, issue: NewsletterIssuePage) -> None:
        self.client = Client()
        self.client.force_login(user)
        self.issue = issue

    def at(self, name: str = "", *more: object) -> str:
        return reverse(f"cms_sending{name}", args=[self.issue.pk, *more])

    def see(self, name: str = "", *more: object, **query: str) -> str:
        return words(self.client.get(self.at(name, *more), query))

    def do(self, name: str, *more: object, **data: object) -> str:
        return words(self.client.post(self.at(name, *more), data, follow=True))


def words(response: Any) -> str:
    """The page's words, without tags."""
    assert response.status_code == 200
    text = response.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&nbsp;", " ").split())


@pytest.fixture
def edith_at(issue: NewsletterIssuePage, edith: User) -> Desk:
    return Desk(edith, issue)


@pytest.fixture
def adam_at(issue: NewsletterIssuePage, adam: User) -> Desk:
    return Desk(adam, issue)


@pytest.fixture
def readers(reader: Reader) -> None:
    reader("ann@example.org")
    reader("ben@example.org", language="es")
    reader("paula@example.org", paused_until="2099-01-01")


@pytest.fixture
def begun(agreed: Sending, readers: None) -> Sending:
    """Agreed at noon, begun five minutes later: two letters to send, one left out."""
    heartbeat.beat()
    return asking.start(sending=agreed, at=agreed.due_at or clock.now())


@pytest.mark.usefixtures("readers")
def test_the_whole_way_from_not_asked_to_agreed(edith_at: Desk, adam_at: Desk) -> None:
    assert "Not asked for yet" in edith_at.see()
    counted = edith_at.do("_ask", to="everyone", language="es", count="1")
    assert "Now 1 reader would get it. It is the first time" in counted
    assert not Sending.objects.exists()

    assert "somebody else must agree" in edith_at.do("_ask", to="everyone", ask="1")
    waits = adam_at.see()
    assert "Now 2 readers would get it. Left out: 1 (has paused)" in waits
    assert "Agree: send 2 letters in five minutes" in waits
    assert "Newsletter 41 waits for a second person: you may agree" in words(adam_at.client.get("/staff/"))

    agreed = adam_at.do("_agree", seen=asking.asked_for(Sending.objects.get()))

    assert re.search(r"The first letter leaves in [45] min", agreed)
    assert "The worker has not looked yet" in agreed
    heartbeat.beat()
    assert "The worker last looked at" in edith_at.see()
    assert "Called back. No letter has left." in edith_at.do("_call_back")


def test_the_audience_and_time_are_what_was_chosen(
    edith_at: Desk, reader: Reader, issue: NewsletterIssuePage, adam_at: Desk
) -> None:
    won = Topic.objects.create(name="What we won")
    reader("ann@example.org").topics.add(won)
    reader("ben@example.org").topics.add(Topic.objects.create(name="Events"))
    assert "Choose at least one topic" in edith_at.do("_ask", to="topics", ask="1")
    assert "That time has passed" in edith_at.do("_ask", to="everyone", not_before="2020-01-01T10:00", ask="1")
    # In 2027 the clocks of New York leave this hour out.
    assert "interpreted in time zone" in edith_at.do("_ask", to="everyone", not_before="2027-03-14T02:30", ask="1")

    later = (clock.now() + timedelta(days=3)).replace(hour=15, minute=30)
    local = f"{later:%Y-%m-%d}T10:30"
    edith_at.do("_ask", to="topics", topics=[won.pk], not_before=local, ask="1")

    sending = Sending.objects.get()
    assert sending.not_before
    assert sending.not_before.astimezone(ZoneInfo("America/New_York")).strftime("%Y-%m-%dT%H:%M") == local
    assert list(sending.topics.all()) == [won]
    assert "Now 1 reader would get it" in adam_at.see()
    assert "somebody asked for it already" in edith_at.do("_ask", to="everyone", ask="1").lower()


def test_what_is_held_gets_a_new_time_from_a_person(agreed: Sending, edith_at: Desk) -> None:
    asking.hold(sending=agreed, at=clock.now())
    assert "is held and needs a new time" in words(edith_at.client.get("/staff/"))
    assert "It is still held" in edith_at.do("_release", not_before="2020-01-01T10:00")

    assert "The first letter leaves in" in edith_at.do("_release", not_before="")


def test_pausing_going_on_and_stopping_with_what_it_means(begun: Sending, edith_at: Desk, adam_at: Desk) -> None:
    assert "0 %: 0 of 2 letters" in edith_at.see()
    first = begun.deliveries.filter(subscriber__email="ann@example.org")
    first.update(state="sending")
    first.update(state="accepted", settled_at=clock.now())
    assert "50 %: 1 of 2 letters" in edith_at.see()
    assert "Paused" in edith_at.do("_pause")
    assert "It goes on" in adam_at.do("_resume")
    assert "You can pause or stop it" in edith_at.do("_call_back")
    assert "1 reader has none yet and gets none" in edith_at.see("_stop")
    assert Sending.objects.get().state == "sending"
    edith_at.do("_stop", note="The date is wrong.")
    assert Sending.objects.get().state == "sending"

    stopped = edith_at.do("_stop", note="The date is wrong.", sure="on")

    assert "3 selected = 1 sent + 2 left out" in stopped
    assert "Left out: the sending was stopped 1" in stopped
    assert "Meanwhile it stands otherwise" in adam_at.do("_resume")


def test_the_numbers_add_up_and_lead_to_their_rows(begun: Sending, edith_at: Desk, adam_at: Desk) -> None:
    ann, ben, _paula = begun.deliveries.order_by("subscriber__email")
    Delivery.objects.filter(pk__in=[ann.pk, ben.pk]).update(state="sending")
    Delivery.objects.filter(pk=ann.pk).update(state="accepted", settled_at=clock.now(), unsubscribed_at=clock.now())
    Delivery.objects.filter(pk=ben.pk).update(state="uncertain")
    Delivery.objects.filter(pk=ann.pk).update(subscriber=None)

    page = edith_at.see()

    assert "3 selected = 2 sent + 1 left out" in page
    assert "1 letter is uncertain" in page
    assert "1 reader left by the link in this letter" in page
    rows = edith_at.see("_rows", state="accepted")
    assert "a reader who was erased" in rows
    assert "ben@example.org" not in rows
    assert "ben@example.org" in edith_at.see("_rows", state="uncertain")
    assert "paula@example.org" in edith_at.see("_rows", state="left_out", reason="paused")
    assert "has uncertain letters" in words(adam_at.client.get("/staff/"))
    assert "Noted." in adam_at.do("_settle", ben.pk, deed="arrived")
    assert Delivery.objects.get(pk=ben.pk).state == "accepted"
    assert "Meanwhile somebody said" in edith_at.do("_settle", ben.pk, deed="again")


def test_next_time_says_how_many_more(begun: Sending, edith_at: Desk, issue: NewsletterIssuePage) -> None:
    other = NewsletterIssuePage(title="Newsletter 42", slug="newsletter-42", number=42, date=issue.date, live=False)
    issue.get_parent().add_child(instance=other)

    assert "As many as last time." in Desk(User.objects.get(username="edith"), other).see("_ask")


def test_a_sent_issue_is_not_deleted_and_unpublishing_warns(begun: Sending, edith_at: Desk) -> None:
    delete = reverse("wagtailadmin_pages:delete", args=[begun.issue_id])
    archive = reverse("wagtailadmin_pages:delete", args=[begun.issue.get_parent().pk])
    many = f"{reverse('wagtail_bulk_action', args=['wagtailcore', 'page', 'delete'])}?id={begun.issue_id}"
    for address in (delete, archive, many):
        assert "what was sent stays accounted for" in edith_at.client.post(address, follow=True).content.decode()

    assert NewsletterIssuePage.objects.filter(pk=begun.issue_id).exists()
    unpublish = edith_at.client.get(reverse("wagtailadmin_pages:unpublish", args=[begun.issue_id]))
    assert "those links lead nowhere" in unpublish.content.decode()


@pytest.mark.usefixtures("readers")
def test_as_one_reader_gets_it_without_a_link_that_works(edith_at: Desk) -> None:
    page = edith_at.do("_as_reader", address="BEN@example.org")

    assert "Spanish" in page
    assert "This reader does not get it" not in page
    assert not re.search(r"unsubscribe/[\w:-]{20,}", page)
    assert "does not get it: has paused" in edith_at.do("_as_reader", address="paula@example.org")
    assert "No reader has this address" in edith_at.do("_as_reader", address="nobody@example.org")
    assert AuditEvent.objects.filter(action="cms.letter_seen_as_reader").count() == 2


def test_a_test_letter_goes_to_at_most_five_and_is_noted(edith_at: Desk, issue: NewsletterIssuePage) -> None:
    six = " ".join(f"p{number}@example.org" for number in range(6))
    assert "At most five" in edith_at.do("_trial", addresses=six, language="en")
    assert "is no address" in edith_at.do("_trial", addresses="nobody", language="en")
    assert not OutgoingEmail.objects.exists()

    edith_at.do("_trial", addresses="kim@example.org, LEE@example.org lee@example.org", language="es")

    letters = OutgoingEmail.objects.order_by("pk")
    assert [letter.recipient for letter in letters] == ["kim@example.org", "lee@example.org"]
    assert letters[0].subject == "[Test] Newsletter 41"
    assert "this-is-a-test" in letters[0].text
    event = AuditEvent.objects.get(action="cms.letter_tried")
    # How many, and not whose: the audit trail is kept for good.
    assert (event.reason, event.note_digest) == ("2", None)

    for _time in range(9):
        edith_at.do("_trial", addresses="kim@example.org", language="en")
    assert "ten tests within the hour" in edith_at.do("_trial", addresses="kim@example.org", language="en")
    assert OutgoingEmail.objects.count() == 11


def test_previews_show_what_was_agreed_to(agreed: Sending, issue: NewsletterIssuePage, adam_at: Desk) -> None:
    changed = NewsletterIssuePage.objects.get(pk=issue.pk)
    changed.title = "Changed since"
    changed.save_revision()

    for mode in ("web", "email-light", "email-dark", "text"):
        page = adam_at.client.get(adam_at.at("_look", mode)).content.decode()
        assert "Newsletter 41" in page
        assert "Changed since" not in page
    assert adam_at.client.get(adam_at.at("_look", "no-such-mode")).status_code == 404
    assert "What leaves is what was agreed to" in adam_at.see()


@pytest.mark.usefixtures("begun")
def test_who_looks_after_no_readers_sees_no_addresses(edith_at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = roles.ROLES["editor"]
    without = type(editor)(
        editor.slug, editor.name, editor.purpose, editor.permissions - {Permission.MANAGE_SUBSCRIBERS}
    )
    monkeypatch.setitem(roles.ROLES, "editor", without)

    assert "a reader" not in edith_at.see("_rows")
    assert "@example.org" not in edith_at.see("_rows")
    assert edith_at.client.get(edith_at.at("_as_reader")).status_code == 403
