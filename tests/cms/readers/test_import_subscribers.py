"""Lists of readers from other programs come in with the proof of their consent, and nobody who said no gets a letter."""

import csv
import io
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cms.models import ConsentRecord, Subscriber, Topic
from cms.models.subscribers import address_index
from mail.models import Suppression
from organisation.models import AuditEvent

pytestmark = pytest.mark.usefixtures("liferaft")

MAILCHIMP = (
    """"Email Address","First Name",MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LANGUAGE,LEID,TAGS
ann@mail.example,Ann,2,"2021-03-04 10:00:00",203.0.113.9,"2021-03-04 10:05:00",en,1,
ben@mail.example,Ben,2,"2021-05-06 12:00:00",203.0.113.9,,es-MX,2,"""
    + '''"""Events"",""VIP"""'''
    + """
cat@mail.example,Cat,2,,,,en,3,
=cmd|' /C calc'!A0,Eve,2,"2021-05-06 12:00:00",,,en,4,
Ann@Mail.Example,Ann,2,"2021-03-04 10:00:00",,,en,5,
"""
)
UNSUBSCRIBED = """Email Address,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_REASON
ann@mail.example,2019-01-01 00:00:00,2019-01-01 00:00:00,2022-02-02 10:00:00,NORMAL
dan@mail.example,2019-01-01 00:00:00,2019-01-01 00:00:00,2022-02-02 10:00:00,NORMAL
"""
MAILPOET = """Email;Global status;List status;List;Subscription time;Confirmation time
ann@mail.example;subscribed;subscribed;Events;2020-01-01 10:00:00;2020-01-02 10:00:00
ben@mail.example;inactive;subscribed;Old;2020-01-01 10:00:00;
cat@mail.example;unconfirmed;unconfirmed;Events;2020-01-01 10:00:00;
dan@mail.example;unsubscribed;subscribed;Events;2020-01-01 10:00:00;2020-01-02 10:00:00
eve@mail.example;bounced;subscribed;Events;2020-01-01 10:00:00;2020-01-02 10:00:00
flo@mail.example;subscribed;unsubscribed;Old;2020-01-01 10:00:00;2020-01-02 10:00:00
flo@mail.example;subscribed;subscribed;Events;2020-01-01 10:00:00;2020-01-02 10:00:00
"""
SUBSTACK = """email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
ann@mail.example,false,,other,false,2024-05-06T07:08:09.000Z,
ben@mail.example,true,2027-01-01T00:00:00.000Z,yearly,true,2024-05-06T07:08:09.000Z,
"""


@pytest.fixture
def taken(tmp_path: Path) -> Any:
    """Run the command on a file; return what it said."""

    def run(content: str | bytes, name: str = "list.csv", **options: Any) -> str:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        said = io.StringIO()
        call_command("import_subscribers", str(file), stdout=said, **options)
        return said.getvalue()

    return run


def reader(email: str, state: str = "active", **more: Any) -> Subscriber:
    at = datetime(2024, 1, 1, tzinfo=UTC)
    row = {"email": email, "address_index": address_index(email), "state": state, "created_at": at}
    times: dict[str, Any] = {
        "consented_at": None if state == "pending" else at,
        "left_at": at if state == "left" else None,
    }
    return Subscriber.objects.create(**row | times | more)


def suppressed() -> dict[bytes, str]:
    return {bytes(index): why for index, why in Suppression.objects.values_list("address_index", "reason")}


def test_mailchimps_readers_come_with_their_consent(taken: Any) -> None:
    events = Topic.objects.create(name="Events")

    said = taken(MAILCHIMP)

    ann, ben = Subscriber.objects.order_by("email")
    assert (ann.state, ann.consented_at) == ("active", datetime(2021, 3, 4, 10, 5, tzinfo=UTC))
    assert (ben.language, list(ben.topics.all())) == ("es", [events])
    assert (ann.source, ann.source_detail) == ("import", "Mailchimp, row 2")
    proof = ConsentRecord.objects.get(subscriber=ann)
    assert (proof.what, proof.how) == ("imported", "Mailchimp, row 2, agreed 2021-03-04 10:05 UTC")
    assert "2 joined" in said
    assert "3 refused" in said
    assert "VIP (1)" in said
    assert AuditEvent.objects.get(action="cms.subscribers_imported").reason == "2:0:0"


def test_dry_run_tells_the_same_and_writes_nothing(taken: Any) -> None:
    dry = taken(MAILCHIMP, dry_run=True)

    assert not Subscriber.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="cms.").exists()
    assert dry.replace("would join", "joined").replace("would leave", "left").startswith(taken(MAILCHIMP).rstrip())


@pytest.mark.parametrize(
    ("content", "name"),
    [(MAILCHIMP, "list.csv"), (UNSUBSCRIBED, "list.csv"), (MAILPOET, "list.csv"), (SUBSTACK, "list.csv")],
)
def test_second_time_changes_nothing(content: str, name: str, taken: Any) -> None:
    reader("dan@mail.example")
    taken(content, name)
    before = [*Subscriber.objects.values().order_by("pk"), *ConsentRecord.objects.values().order_by("pk"), suppressed()]

    again = taken(content, name)

    assert "  0 joined" in again
    assert "  0 left" in again
    assert "  0 not subscribed here" in again
    assert before == [
        *Subscriber.objects.values().order_by("pk"),
        *ConsentRecord.objects.values().order_by("pk"),
        suppressed(),
    ]


def test_who_left_at_mailchimp_leaves_here_unless_they_agreed_here_later(taken: Any) -> None:
    reader("ann@mail.example", consented_at=datetime(2021, 1, 1, tzinfo=UTC))
    reader("dan@mail.example", consented_at=datetime(2023, 1, 1, tzinfo=UTC))

    taken(UNSUBSCRIBED + "new@mail.example,,,2022-02-02 10:00:00,\n")

    assert dict(Subscriber.objects.values_list("email", "state")) == {
        "ann@mail.example": "left",
        "dan@mail.example": "active",
    }
    assert suppressed() == {address_index("new@mail.example"): "left"}
    assert ConsentRecord.objects.get().what == "left"


@pytest.mark.parametrize(
    ("name", "kept"),
    [("unsubscribed_export.csv", "left"), ("cleaned_export.csv", "bounced"), ("nonsubscribed_x.csv", None)],
)
def test_mailchimps_other_files_bring_no_reader_even_if_somebody_vouches(
    name: str, kept: str | None, taken: Any
) -> None:
    taken(
        "Email Address,OPTIN_TIME,MEMBER_RATING\nann@mail.example,2021-03-04 10:00:00,2\n", name, source="our members"
    )

    assert not Subscriber.objects.exists()
    assert list(suppressed().values()) == ([kept] if kept else [])


def test_mailpoets_states_are_kept(taken: Any) -> None:
    events = Topic.objects.create(name="Events")

    said = taken(MAILPOET)

    assert sorted(Subscriber.objects.values_list("email", flat=True)) == [
        "ann@mail.example",
        "ben@mail.example",
        "flo@mail.example",
    ]
    assert list(Subscriber.objects.get(email="flo@mail.example").topics.all()) == [events]
    assert suppressed() == {address_index("dan@mail.example"): "left", address_index("eve@mail.example"): "bounced"}
    assert "never confirmed" in said


def test_reader_on_two_of_mailpoets_lists_has_both_topics(taken: Any) -> None:
    for name in ("Events", "Members"):
        Topic.objects.create(name=name)
    row = "ann@mail.example;subscribed;subscribed;{};2020-01-01 10:00:00\n"

    taken("Email;Global status;List status;List;Subscription time\n" + row.format("Events") + row.format("Members"))

    assert Subscriber.objects.get().topics.count() == 2


def test_who_pays_nothing_at_substack_is_a_reader_and_who_switched_mail_off_is_none(taken: Any) -> None:
    taken(SUBSTACK)

    assert Subscriber.objects.get().email == "ann@mail.example"
    assert suppressed() == {address_index("ben@mail.example"): "left"}


def test_row_without_consent_needs_somebody_who_vouches(taken: Any) -> None:
    table = "E-Mail,Topics\nann@mail.example,\n"

    refused = taken(table)

    assert "1: Nothing says when they agreed" in refused
    assert not Subscriber.objects.exists()
    taken(table, source="sign-up sheets, May Day 2024")
    assert ConsentRecord.objects.get().how == "sign-up sheets, May Day 2024, row 2, agreed, no day told"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_table_is_read_however_it_was_saved(encoding: str, separator: str, taken: Any) -> None:
    migration = Topic.objects.create(name="Migración")
    lines = [["E-mail address", "Topics", "consented at"], ["ann@mail.example", "migración", "March 31, 2021"]]

    taken("\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines).encode(encoding))

    ann = Subscriber.objects.get()
    assert list(ann.topics.all()) == [migration]
    assert ann.consented_at == datetime(2021, 3, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "order", "day"),
    [("3/4/2021", None, None), ("3/4/2021", "day-first", "2021-04-03"), ("3/4/2021", "month-first", "2021-03-04")]
    + [
        ("31/3/2021 10:00", None, "2021-03-31"),
        ("soon", None, None),
        ("2999-01-01", None, None),
        ("1970-01-01", None, None),
    ],
)
def test_day_that_could_be_another_is_not_guessed(written: str, order: str | None, day: str | None, taken: Any) -> None:
    taken(f"email,consented_at\nann@mail.example,{written}\n", **({"dates": order} if order else {}))

    assert [f"{row.consented_at:%Y-%m-%d}" for row in Subscriber.objects.all()] == ([day] if day else [])


def test_nobody_who_left_or_is_suppressed_comes_back(taken: Any) -> None:
    reader("ann@mail.example", "left")
    reader("ben@mail.example", "pending")
    for name, why in [("cat", "bounced"), ("dan", "complained"), ("eve", "left")]:
        index = address_index(f"{name}@mail.example")
        Suppression.objects.create(address_index=index, reason=why, since=datetime(2024, 1, 1, tzinfo=UTC))
    rows = "".join(f"{name}@mail.example,2021-03-04\n" for name in ["ANN", "ben", "cat", "dan", "eve"])

    said = taken(f"email,consented_at\n{rows}", source="everybody agreed")

    assert "1 joined" in said
    assert "4 refused" in said
    assert [row.email for row in Subscriber.objects.filter(state="active")] == ["ben@mail.example"]


def test_no_counts_wherever_in_the_file_the_yes_stands(taken: Any) -> None:
    said = taken(
        "email,status,consented_at\nann@mail.example,active,2021-03-04\nann@mail.example,unsubscribed,2021-03-04\n"
    )

    assert not Subscriber.objects.exists()
    assert "Another row of this file" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\n\n", "empty"),
        (b"PK\x03\x04\x14\0\0\0\x08\0" + bytes(range(256)), "archive"),
        (bytes(range(256)) * 40, "no text"),
        (b"%PDF-1.7 email", "no text"),
        (b"<!DOCTYPE html><html>email</html>", "web page"),
        (b"name,town\nAnn,Portland\n", "name, town"),
        (b"ann@mail.example,2021-03-04\n", "…@…"),
        (b'email,consented_at\nann@mail.example,2021-03-04\n"ben@mail.example,2021-03-04\n', "Row 3"),
        ("email,consented_at\nann@mail.example,2021-03-04\n".encode("utf-16")[:-1], "middle of a letter"),
    ],
)
def test_what_is_no_list_is_refused_whole_with_a_sentence(content: bytes, sentence: str, taken: Any) -> None:
    with pytest.raises(CommandError, match=sentence) as error:
        taken(content)

    assert "Nothing was written" in str(error.value)
    assert "ann@mail" not in str(error.value)
    assert not Subscriber.objects.exists()
    assert not Suppression.objects.exists()


def test_addresses_stand_in_the_report_alone(taken: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    report = tmp_path / "report.csv"

    with caplog.at_level(logging.DEBUG):
        said = taken(MAILCHIMP, report=report)

    assert "@mail.example" not in said + caplog.text
    assert report.stat().st_mode & 0o077 == 0
    rows = list(csv.reader(io.StringIO(report.read_text())))
    assert [(row[0], row[2]) for row in rows[1:]] == [("4", "no_consent"), ("5", "bad_address"), ("6", "twice")]
    assert rows[1][1] == "cat@mail.example"
    assert rows[2][1].startswith("'=cmd")


def test_rows_that_do_not_fit_are_refused_alone(taken: Any) -> None:
    said = taken(
        "email,consented_at\na@mail.example,2021-03-04,surplus\n,2021-03-04\n"
        + "x" * 300
        + "@mail.example,2021-03-04\n"
    )

    assert "3 refused" in said
