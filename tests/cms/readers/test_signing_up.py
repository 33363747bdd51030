"""Letters go to who confirmed, and to nobody because somebody typed an address."""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from cms.models import NewsletterIssuePage
from cms.models.subscribers import ConsentRecord, Subscriber, Topic
from cms.readers import letter_links, reminding, signing_up
from cms.readers.letter_links import Asked
from core import links
from mail import suppressing
from mail.models import OutgoingEmail, Suppression
from mail.suppressing import Reason
from organisation.models import Organisation
from tests.cms.readers import stage

pytestmark = pytest.mark.django_db


def records(reader: Subscriber) -> list[str]:
    return list(reader.records.order_by("pk").values_list("what", flat=True))


def test_letters_begin_only_with_the_button_of_the_letter(
    client: Client, issue: NewsletterIssuePage, topics: list[Topic]
) -> None:
    stage.sign_up(client, "ann@example.org", topics=[topics[1].pk], language="es")
    (letter,) = stage.letters("ann@example.org")
    before = client.get(stage.link(letter))
    reader = Subscriber.objects.get()
    state_after_looking = reader.state
    after = client.post(stage.link(letter))

    reader.refresh_from_db()
    assert state_after_looking == "pending"
    assert (reader.state, reader.language, [*reader.topics.all()]) == ("active", "es", [topics[1]])
    assert records(reader) == ["asked", "confirmed"]
    assert "<script" not in before.content.decode()
    assert not before.cookies
    assert not after.cookies
    (welcome,) = stage.letters("ann@example.org", "welcome")
    assert "Forty days" in welcome.text
    assert "Forty days" in welcome.html
    assert client.get(stage.link(welcome, "unsubscribe")).status_code == 200


def test_button_never_presses_itself_however_old_the_letter_is(
    client: Client, liferaft: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.sign_up(client, "ann@example.org")
    address = stage.link(stage.letters("ann@example.org")[0])
    later = time.time() + 7 * 3600
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)

    assert "<script" not in client.get(address).content.decode()
    assert Subscriber.objects.get().state == "pending"


def test_second_press_welcomes_nobody_twice_and_changes_nothing(client: Client, ann: Subscriber) -> None:
    (letter,) = stage.letters(ann.email, ":asked:")

    again = client.post(stage.link(letter))

    assert again.status_code == 200
    assert len(stage.letters(ann.email, "welcome")) == 1
    assert records(ann) == ["asked", "confirmed"]


def _left(client: Client, now: datetime) -> None:
    stage.subscribe(client, "x@example.org")
    client.post(stage.link(stage.letters("x@example.org", "welcome")[0], "unsubscribe"), {"do": "leave"})


def _subscribed(client: Client, now: datetime) -> None:
    stage.subscribe(client, "x@example.org")


def _pending(client: Client, now: datetime) -> None:
    stage.sign_up(client, "x@example.org")


def _suppressed(reason: Reason) -> Callable[[Client, datetime], None]:
    return lambda client, now: suppressing.suppress(email="x@example.org", reason=reason, source="webhook", at=now)


@pytest.mark.parametrize(
    ("beforehand", "is_told"),
    [
        (_pending, True),
        (_subscribed, True),
        (_left, True),
        (_suppressed(Reason.LEFT), True),
        (_suppressed(Reason.BOUNCED), True),
        (_suppressed(Reason.COMPLAINED), False),
    ],
)
def test_form_answers_the_same_bytes_for_every_address(
    client: Client, liferaft: Organisation, now: datetime, beforehand: Callable[..., None], is_told: bool
) -> None:
    beforehand(client, now)
    already = len(stage.letters("x@example.org"))
    strangers = OutgoingEmail.objects.exclude(pk__in=[letter.pk for letter in stage.letters("x@example.org")]).count()

    known = stage.sign_up(client, "x@example.org")
    unknown = stage.sign_up(client, "new@example.org")

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert {*known.items()} ^ {*unknown.items()} <= {("Expires", answer["Expires"]) for answer in (known, unknown)}
    assert len(stage.letters("x@example.org")) - already == is_told
    assert OutgoingEmail.objects.count() == already + is_told + strangers + 1


def test_who_gets_letters_is_told_so_and_nothing_changes(client: Client, ann: Subscriber, topics: list[Topic]) -> None:
    stage.sign_up(client, "ANN@example.org", language="es", topics=[topics[0].pk])

    ann.refresh_from_db()
    assert (ann.state, ann.language, ann.topics.count()) == ("active", "en", 0)
    letter = stage.letters(ann.email)[-1]
    assert letter.subject == "You get our newsletter already"
    assert stage.link(letter) == "/subscribe/preferences/"


def test_address_gets_three_letters_a_day_however_often_it_is_typed(client: Client, liferaft: Organisation) -> None:
    for _time in range(6):
        stage.sign_up(client, "ann@example.org")

    assert len(stage.letters("ann@example.org")) == 3


def test_address_that_nobody_confirms_is_let_alone_for_the_month(liferaft: Organisation, now: datetime) -> None:
    for day in range(20):
        signing_up.ask(email="ann@example.org", language="en", topics=[], at=now + timedelta(days=day))
    assert len(stage.letters("ann@example.org")) == 6

    signing_up.ask(email="ann@example.org", language="en", topics=[], at=now + timedelta(days=36))
    assert len(stage.letters("ann@example.org")) == 7


def test_mailbox_gets_six_letters_a_day_by_whatever_stands_behind_a_plus(
    client: Client, liferaft: Organisation
) -> None:
    for number in range(8):
        stage.sign_up(client, f"ann+{number}@example.org")

    assert OutgoingEmail.objects.count() == 6


def test_address_from_which_letters_came_back_gets_one_a_day_and_is_free_once_confirmed(
    client: Client, liferaft: Organisation, now: datetime
) -> None:
    suppressing.suppress(email="ann@example.org", reason=Reason.BOUNCED, source="webhook", at=now)
    stage.sign_up(client, "ann@example.org")
    stage.sign_up(client, "ann@example.org")
    (letter,) = stage.letters("ann@example.org")
    client.post(stage.link(letter))

    assert Subscriber.objects.get().state == "active"
    assert not Suppression.objects.exists()


def test_nothing_that_somebody_typed_is_echoed(client: Client, liferaft: Organisation) -> None:
    advert = "buy at https://evil.example"
    stage.sign_up(client, "ann@example.org", name=advert, homepage="", topics=[advert], language=advert)
    stage.sign_up(client, "ann@example.org", name=advert)

    said = "".join(letter.subject + letter.text + letter.html for letter in stage.letters("ann@example.org"))
    assert said
    assert "evil" not in said


def test_program_that_fills_in_every_field_gets_the_answer_and_no_letter(
    client: Client, liferaft: Organisation
) -> None:
    person = stage.sign_up(client, "ann@example.org")
    program = stage.sign_up(client, "bot@example.org", homepage="https://evil.example")

    assert program.content == person.content
    assert not stage.letters("bot@example.org")


def test_form_of_another_site_signs_nobody_up(client: Client, liferaft: Organisation) -> None:
    answer = client.post("/subscribe/", {"email": "ann@example.org"}, headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert not Subscriber.objects.exists()


def test_link_from_before_somebody_left_does_not_bring_them_back(client: Client, ann: Subscriber, leave: str) -> None:
    (old,) = stage.letters(ann.email, ":asked:")
    client.post(leave, {"do": "leave"})

    assert client.post(stage.link(old)).status_code == 410
    ann.refresh_from_db()
    assert ann.state == "left"
    stage.subscribe(client, ann.email)
    ann.refresh_from_db()
    assert (ann.state, ann.left_at, ann.left_by) == ("active", None, "")


def test_link_that_we_did_not_make_confirms_nothing(client: Client, ann: Subscriber) -> None:
    assert client.post("/subscribe/confirm/made-up/").status_code == 404
    # A link of another purpose is none of this.
    assert client.post(f"/subscribe/confirm/{links.sign('newsletter.leave', ann.key.hex)}/").status_code == 404


def test_who_does_not_answer_is_reminded_twice_and_not_again(liferaft: Organisation, now: datetime) -> None:
    signing_up.ask(email="ann@example.org", language="en", topics=[], at=now)
    sent = [reminding.remind(at=now + timedelta(days=day, minutes=1)) for day in range(31)]

    assert [day for day, many in enumerate(sent) if many] == [2, 5]
    asked, first, last = stage.letters("ann@example.org")
    assert asked.subject != first.subject
    assert "once more at most" in first.text
    assert "we do not ask again" in last.text
    reader = Subscriber.objects.get()
    signing_up.confirm(letter_links.asked(stage.link(last).split("/")[3]), how="letter", at=now + timedelta(days=6))
    reader.refresh_from_db()
    assert reader.state == "active"


def test_confirmation_is_over_after_thirty_days(liferaft: Organisation, now: datetime) -> None:
    signing_up.ask(email="ann@example.org", language="en", topics=[], at=now)
    asked = Asked(Subscriber.objects.get().key, "en", (), now)

    with pytest.raises(signing_up.NothingToConfirm):
        signing_up.confirm(asked, how="letter", at=now + timedelta(days=31))


def test_keys_of_readers_links_stay_out_of_logs(
    client: Client, ann: Subscriber, leave: str, caplog: pytest.LogCaptureFixture
) -> None:
    (handler,) = [found for found in logging.getLogger().handlers if found.get_name() == "stderr"]
    for address in (leave, stage.link(stage.letters(ann.email, ":asked:")[0])):
        client.get(f"{address}x/")
    written = "\n".join(handler.format(record) for record in caplog.records if handler.filter(record))

    assert "/unsubscribe/…/x/" in written
    assert "/subscribe/confirm/…/x/" in written
    assert ConsentRecord.objects.filter(subscriber=ann).count() == 2
