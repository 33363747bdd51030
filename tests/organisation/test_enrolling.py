"""A person comes in by a link that works once, within a day, and only the newest."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from organisation import enrolling, people
from organisation.models import AuditEvent, RoleAssignment, User
from tests.doors.conftest import sign_in

pytestmark = pytest.mark.django_db
PHRASE = "seven unrelated words"
TWICE = {"password": PHRASE, "again": PHRASE}


def create_admin(email: str, **options: Any) -> str:
    out = StringIO()
    call_command("create_admin", email, stdout=out, stderr=StringIO(), **options)
    link = re.search(r"http://localhost:8000(/staff/account/enrol/\S+)", out.getvalue())
    assert link
    return link[1]


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("position").values_list("action", flat=True))


def test_first_administrator_comes_in_by_the_printed_link(client: Client) -> None:
    link = create_admin("root@raft.example")

    looked = client.get(link)
    used = client.post(link, TWICE, follow=True)
    sign_in(client, "root", PHRASE)

    root = User.objects.get()
    assert "Choose a password" in looked.content.decode()
    assert "The password is set" in used.content.decode()
    assert client.session["_auth_user_id"] == str(root.pk)
    assert [held.role for held in RoleAssignment.objects.filter(user=root)] == ["administrator"]
    assert not root.is_superuser


def test_looking_at_the_link_uses_nothing_up(client: Client) -> None:
    link = create_admin("root@raft.example")

    for _ in range(3):
        client.get(link)

    assert client.post(link, TWICE).status_code == 302


def test_link_works_once(client: Client) -> None:
    link = create_admin("root@raft.example")
    client.post(link, TWICE)

    again = client.post(link, {"password": "another long phrase", "again": "another long phrase"})

    assert again.status_code == client.get(link).status_code == 410
    assert User.objects.get().check_password(PHRASE)


def test_newer_link_replaces_the_older(client: Client) -> None:
    older = create_admin("root@raft.example")
    newer = create_admin("ROOT@raft.example")

    assert client.get(older).status_code == 410
    assert client.get(newer).status_code == 200
    assert User.objects.count() == 1


def test_link_ends_after_a_day(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    link = create_admin("root@raft.example")
    day = enrolling.MAX_AGE.total_seconds()
    wall = time.time()

    monkeypatch.setattr("django.core.signing.time.time", lambda: wall + day + 60)

    assert client.get(link).status_code == 410


@pytest.mark.parametrize("token", ["x", "MTox:1abc:forged", "1:2:3"])
def test_forged_link_opens_nothing(client: Client, token: str) -> None:
    assert client.get(f"/staff/account/enrol/{token}/").status_code == 410


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "short", "again": "short"}, "too short"),
        ({"password": PHRASE, "again": "something else entirely"}, "differ"),
        ({"password": "password1234", "again": "password1234"}, "too common"),
        ({"password": "", "again": ""}, "required"),
    ],
)
def test_weak_or_mistyped_password_is_named_and_the_link_still_works(
    client: Client, typed: dict[str, str], says: str
) -> None:
    link = create_admin("root@raft.example")

    answer = client.post(link, typed)

    assert says in answer.content.decode()
    assert client.post(link, TWICE).status_code == 302


def test_who_lost_the_second_factor_starts_anew(
    client: Client, adam: User, app_of: Callable[[User], Callable[[], str]]
) -> None:
    app_of(adam)
    client.force_login(adam)

    create_admin(adam.email)

    adam.refresh_from_db()
    assert not Authenticator.objects.filter(user=adam).exists()
    assert not adam.has_usable_password()
    assert client.get("/staff/").status_code == 302  # the open session ended
    assert deeds().count("organisation.second_factor_removed") == 2  # app and recovery codes
    assert "organisation.link_issued" in deeds()


def test_link_of_a_closed_account_opens_nothing(client: Client, carl: User, adam: User, now: datetime) -> None:
    link = enrolling.issue_link(user=carl, by=adam, at=now).removeprefix("http://localhost:8000")
    people.close(user=carl, by=adam, at=now)

    assert client.get(link).status_code == 410


@pytest.mark.parametrize("email", ["", "nonsense", "a@", "@b"])
def test_create_admin_wants_a_mail_address(email: str) -> None:
    with pytest.raises(CommandError, match="not a mail address"):
        create_admin(email)

    assert not User.objects.exists()


def test_create_admin_does_not_take_over_a_name(edith: User) -> None:
    with pytest.raises(CommandError, match="--username"):
        create_admin("edith@elsewhere.example")

    create_admin("edith@elsewhere.example", username="edith2")
    assert User.objects.count() == 2


def test_administrator_adds_a_person_who_gets_the_link_by_mail(client: Client, adam: User) -> None:
    client.force_login(adam)

    answer = client.post(
        "/staff/people/add/",
        {"name": "Nora", "username": "nora", "email": "nora@raft.example", "roles": ["caseworker", "editor"]},
        follow=True,
    )

    nora = User.objects.get(username="nora")
    letter = mail.outbox[0]
    assert {held.role for held in nora.role_assignments.all()} == {"caseworker", "editor"}
    assert letter.to == ["nora@raft.example"]
    assert "/staff/account/enrol/" in letter.body
    assert "/staff/account/enrol/" not in answer.content.decode()


def test_name_that_is_taken_is_said_and_nothing_is_made(client: Client, adam: User) -> None:
    client.force_login(adam)

    answer = client.post("/staff/people/add/", {"name": "A", "username": "ADAM", "email": "new@raft.example"})

    assert "is there already" in answer.content.decode()
    assert User.objects.count() == 1
    assert mail.outbox == []


def test_administrator_changes_roles_but_not_their_own(client: Client, adam: User, carl: User) -> None:
    client.force_login(adam)

    client.post(f"/staff/people/{carl.pk}/", {"roles": ["approver"]})
    own = client.post(f"/staff/people/{adam.pk}/", {"roles": ["administrator", "caseworker"]})

    assert [held.role for held in carl.role_assignments.all()] == ["approver"]
    assert [held.role for held in adam.role_assignments.all()] == ["administrator"]
    assert own.status_code == 200


@pytest.mark.parametrize("deed", ["close", "link"])
def test_closing_or_a_new_link_ends_open_sessions(client: Client, adam: User, carl: User, deed: str) -> None:
    at_work = Client()
    at_work.force_login(carl)
    client.force_login(adam)

    client.post(f"/staff/people/{carl.pk}/{deed}/")

    assert at_work.get("/staff/").status_code == 302
    assert "_auth_user_id" not in Client().session


def test_nobody_closes_their_own_account(client: Client, adam: User) -> None:
    client.force_login(adam)

    client.post(f"/staff/people/{adam.pk}/close/")

    adam.refresh_from_db()
    assert adam.is_active


def test_reopened_account_needs_a_new_password(client: Client, adam: User, carl: User) -> None:
    client.force_login(adam)
    client.post(f"/staff/people/{carl.pk}/close/")

    client.post(f"/staff/people/{carl.pk}/reopen/")

    carl.refresh_from_db()
    assert carl.is_active
    assert not carl.has_usable_password()
    assert mail.outbox[-1].to == [carl.email]
