"""Staff come in by password and second factor, and by nothing else."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from pytest_django import Settings

from organisation.models import AuditEvent, User
from tests.doors.conftest import PASSWORD, code_of, sign_in

pytestmark = pytest.mark.django_db
App = Callable[[User], Callable[[], str]]


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("position").values_list("action", flat=True))


@pytest.mark.parametrize("name", ["edith", "EDITH", "edith@raft.example", "Edith@Raft.Example"])
def test_password_alone_leads_to_enrolment_and_opens_nothing_else(
    client: Client, edith: User, second_factor_required: None, name: str
) -> None:
    sign_in(client, name)

    answer = client.get("/staff/", follow=True)

    assert answer.redirect_chain[-1][0] == "/staff/account/2fa/"
    assert "Authenticator app" in answer.content.decode()


def test_adding_an_app_opens_the_desk_and_shows_recovery_codes(
    client: Client, edith: User, second_factor_required: None
) -> None:
    from_ = "/staff/account/2fa/totp/activate/"
    sign_in(client, "edith")
    secret = client.get(from_).context["form"].secret

    answer = client.post(from_, {"code": code_of(secret)}, follow=True)

    assert answer.redirect_chain[-1][0] == "/staff/account/2fa/recovery-codes/"
    assert client.get("/staff/").status_code == 200
    assert deeds()[-2:] == ["organisation.signed_in", "organisation.second_factor_added"]


def test_the_secret_of_an_app_is_sealed(edith: User, app_of: App) -> None:
    app_of(edith)

    kept = Authenticator.objects.get(user=edith, type="totp").data["secret"]

    assert len(kept) > 64  # base32 of 20 bytes is 32 characters


def test_second_factor_is_asked_after_the_password(
    client: Client, edith: User, app_of: App, second_factor_required: None
) -> None:
    code = app_of(edith)

    first = sign_in(client, "edith")
    before = client.get("/staff/")
    client.post("/staff/account/2fa/authenticate/", {"code": code()})

    assert first.url == "/staff/account/2fa/authenticate/"
    assert before.status_code == 302
    assert client.get("/staff/").status_code == 200


def test_a_code_opens_once(client: Client, edith: User, app_of: App, second_factor_required: None) -> None:
    code = app_of(edith)()
    sign_in(client, "edith")
    client.post("/staff/account/2fa/authenticate/", {"code": code})
    thief = Client()
    sign_in(thief, "edith")

    answer = thief.post("/staff/account/2fa/authenticate/", {"code": code})

    assert "used already" in answer.content.decode() or "Incorrect code" in answer.content.decode()
    assert thief.get("/staff/").status_code == 302


def test_session_opened_before_enrolment_does_not_grow_into_one_with_the_second_factor(
    client: Client, edith: User, app_of: App, second_factor_required: None
) -> None:
    thief = Client()
    sign_in(thief, "edith")
    app_of(edith)

    assert thief.get("/staff/").url.startswith("/staff/account/2fa/reauthenticate/")  # type: ignore[attr-defined]
    for path in ["/staff/account/2fa/totp/deactivate/", "/staff/account/password/change/", "/staff/account/2fa/"]:
        assert thief.get(path).url.startswith("/staff/account/2fa/reauthenticate/")  # type: ignore[attr-defined]


def test_codes_cannot_be_guessed_for_long(
    client: Client, edith: User, app_of: App, second_factor_required: None
) -> None:
    code = app_of(edith)
    sign_in(client, "edith")
    for guess in range(12):
        client.post("/staff/account/2fa/authenticate/", {"code": f"{guess:06}"})

    answer = client.post("/staff/account/2fa/authenticate/", {"code": code()})

    assert "Too many tries" in answer.content.decode()


def test_losing_the_second_factor_shuts_the_desk_of_an_open_session(
    client: Client, edith: User, app_of: App, second_factor_required: None
) -> None:
    code = app_of(edith)
    sign_in(client, "edith")
    client.post("/staff/account/2fa/authenticate/", {"code": code()})

    Authenticator.objects.filter(user=edith).delete()

    assert client.get("/staff/").url == "/staff/account/2fa/"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path",
    [
        "/staff/",
        "/staff/pages/",
        "/staff/api/main/pages/",
        "/staff/images/",
        "/staff/documents/",
        "/staff/account/",
        "/staff/account/password/change/",
        "/staff/people/",
        "/staff/sprite/",
        "/staff/no-such-page/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_everything_of_the_desk_waits_for_the_second_factor(
    client: Client, adam: User, second_factor_required: None, path: str, method: str
) -> None:
    client.force_login(adam)

    answer = getattr(client, method)(path)

    assert (answer.status_code, answer.url) == (302, "/staff/account/2fa/")


def test_outside_the_desk_a_session_without_second_factor_is_a_visitors(
    client: Client, edith: User, liferaft: object, second_factor_required: None
) -> None:
    client.force_login(edith)

    answer = client.get("/books/")

    assert not answer.wsgi_request.user.is_authenticated


def test_in_the_demo_the_password_is_enough(client: Client, edith: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = False

    sign_in(client, "edith")

    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize(("setting", "opens"), [(None, True), ("IS_PRODUCTION", False), ("STRIPE_LIVEMODE", False)])
def test_demo_password_is_refused_where_money_is_real(
    client: Client, edith: User, settings: Settings, setting: str | None, opens: bool
) -> None:
    edith.set_password("liferaft-demo")
    edith.save()
    if setting:
        setattr(settings, setting, True)

    sign_in(client, "edith", "liferaft-demo", secure=True)

    assert ("_auth_user_id" in client.session) is opens


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize(
    "path",
    [
        "/staff/login/",
        "/staff/login/?next=/staff/",
        "/staff/password_reset/",
        "/staff/password_reset/done/",
        "/staff/password_reset/confirm/MQ/set-password/",
        "/staff/password_reset/complete/",
        "/_util/login/",
    ],
)
def test_wagtails_own_doors_open_no_session(client: Client, edith: User, path: str, prefix: str) -> None:
    credentials = {"username": "edith", "password": PASSWORD, "email": edith.email, "next": "/staff/"}

    for answer in [client.get(prefix + path), client.post(prefix + path, credentials)]:
        assert answer.status_code in {302, 404, 405}
        if answer.status_code == 302:
            assert answer.url.startswith("/staff/account/")  # type: ignore[attr-defined]

    assert "_auth_user_id" not in client.session
    assert mail.outbox == []


def test_one_who_guesses_is_slowed_but_locks_nobody_else_out(client: Client, edith: User) -> None:
    for guess in range(6):
        refused = sign_in(client, "edith", f"guess {guess}", network="203.0.113.9")

    still_refused = sign_in(client, "edith", network="203.0.113.10")
    sign_in(client, "edith", network="198.51.100.7")

    assert "Too many failed login attempts" in refused.content.decode()
    assert "Too many failed login attempts" in still_refused.content.decode()
    assert client.session["_auth_user_id"] == str(edith.pk)


def test_signing_in_often_is_not_guessing(client: Client, edith: User) -> None:
    for _ in range(8):
        sign_in(client, "edith")
        client.post("/staff/account/logout/")

    sign_in(client, "edith")

    assert "_auth_user_id" in client.session


def test_wrong_name_and_wrong_password_get_the_same_answer(client: Client, edith: User) -> None:
    unknown = sign_in(client, "nobody", "x" * 12).content.decode()
    wrong = sign_in(client, "edith", "x" * 12).content.decode()

    assert unknown.replace("nobody", "edith") == wrong.replace("nobody", "edith") or "not correct" in wrong
    assert _errors(unknown) == _errors(wrong) != []
    assert "is still here" not in wrong


def test_missing_page_of_the_desk_leads_back_to_it(client: Client, edith: User) -> None:
    client.force_login(edith)

    answer = client.get("/staff/nothing-here/")

    assert answer.status_code == 404
    assert "Back to the desk" in answer.content.decode()
    assert "Wagtail" not in answer.content.decode()


def test_reset_answers_the_same_for_every_address(client: Client, edith: User) -> None:
    known = client.post("/staff/account/password/reset/", {"email": edith.email})
    unknown = client.post("/staff/account/password/reset/", {"email": "nobody@raft.example"})

    assert (known.status_code, known.headers.get("Location")) == (unknown.status_code, unknown.headers.get("Location"))
    assert [letter.to for letter in mail.outbox] == [[edith.email]]


def test_reset_letters_to_one_address_are_few(client: Client, edith: User) -> None:
    for _ in range(4):
        client.post("/staff/account/password/reset/", {"email": edith.email})

    assert len(mail.outbox) == 3


def test_reset_link_leads_to_us_whatever_host_was_named(client: Client, edith: User, settings: Settings) -> None:
    client.post("/staff/account/password/reset/", {"email": edith.email}, headers={"host": "localhost:6666"})

    link = next(word for word in str(mail.outbox[0].body).split() if "/password/reset/key/" in word)
    assert link.startswith(f"{settings.SITE_URL}/staff/account/password/reset/key/")


def test_resetting_the_password_does_not_pass_by_the_second_factor(
    client: Client, edith: User, app_of: App, second_factor_required: None
) -> None:
    app_of(edith)
    client.post("/staff/account/password/reset/", {"email": edith.email})
    link = next(word for word in str(mail.outbox[0].body).split() if "/password/reset/key/" in word)
    path = "/" + link.split("/", 3)[3]
    form = client.get(path, follow=True)

    client.post(form.redirect_chain[-1][0], {"password1": "another long phrase", "password2": "another long phrase"})
    answer = sign_in(client, "edith", "another long phrase")

    assert answer.url == "/staff/account/2fa/authenticate/"
    assert "organisation.password_changed" in deeds()


def test_session_is_a_new_one_after_signing_in(client: Client, edith: User) -> None:
    client.get("/staff/account/login/")
    planted = client.session
    planted["planted"] = True
    planted.save()
    before = planted.session_key

    sign_in(client, "edith")

    assert client.session.session_key != before


def test_session_ends_after_twelve_hours_however_busy(client: Client, edith: User, settings: Settings) -> None:
    sign_in(client, "edith")
    session = client.session
    session["organisation.signed_in_at"] -= settings.SESSION_COOKIE_AGE + 1
    session.save()

    answer = client.get("/staff/")

    assert answer.url.startswith("/staff/account/login/")  # type: ignore[attr-defined]
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_post_and_ends_the_session(client: Client, edith: User) -> None:
    sign_in(client, "edith")

    client.get("/staff/account/logout/")
    assert "_auth_user_id" in client.session

    client.post("/staff/account/logout/")
    assert "_auth_user_id" not in client.session


def test_changing_the_second_factor_asks_for_the_password_again_once_the_sign_in_is_old(
    client: Client, edith: User
) -> None:
    sign_in(client, "edith")
    fresh = client.get("/staff/account/2fa/totp/activate/")
    session = client.session
    session["organisation.signed_in_at"] -= 6 * 60
    session.save()

    old = client.get("/staff/account/2fa/totp/activate/")

    assert fresh.status_code == 200
    assert old.url.startswith("/staff/account/reauthenticate/")  # type: ignore[attr-defined]


def test_changing_the_password_needs_the_old_one(client: Client, edith: User) -> None:
    sign_in(client, "edith")
    new = {"password1": "another long phrase", "password2": "another long phrase"}

    client.post("/staff/account/password/change/", new | {"oldpassword": "wrong"})
    edith.refresh_from_db()

    assert edith.check_password(PASSWORD)


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "login/code/confirm/", "signup/passkey/"])
def test_addresses_of_allauth_that_nobody_needs_are_not_there(client: Client, edith: User, path: str) -> None:
    client.force_login(edith)

    assert client.get(f"/staff/account/{path}").status_code == 404
    assert client.post(f"/staff/account/{path}").status_code == 404


def test_sign_in_goes_only_to_our_own_pages(client: Client, edith: User) -> None:
    answer = client.post(
        "/staff/account/login/", {"login": "edith", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )

    assert answer.url == "/staff/"  # type: ignore[attr-defined]


def test_closed_account_cannot_come_in(client: Client, edith: User) -> None:
    edith.is_active = False
    edith.save()

    sign_in(client, "edith")

    assert "_auth_user_id" not in client.session


def test_who_holds_no_role_sees_a_refusal_and_no_circle(client: Client, otto: User) -> None:
    client.force_login(otto)

    assert client.get("/staff/").status_code == 403
    assert client.get("/staff/account/password/change/").status_code == 200


def _errors(page: str) -> list[str]:
    return [line.strip() for line in page.splitlines() if 'href="#' in line and "<li>" in line] or [
        line.strip() for line in page.splitlines() if "correct" in line
    ]
