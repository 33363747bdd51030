"""A new administrator in a real browser: link, password, passkey, desk. Scripts run under the strict policy; axe is content."""

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from playwright.sync_api import Browser, Page

from organisation.models import AuditEvent, Organisation, User
from tests import looking
from tests.chromium import running_chromium
from tests.doors.conftest import code_of

SHOTS = os.environ.get("LIFERAFT_SHOTS", "")
PHRASE = "seven unrelated words"


@pytest.fixture
def browser(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    # Playwright's loop runs in this thread; Django would refuse to speak to the database beside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with running_chromium() as chromium:
        connections.close_all()  # one may be left from before, to a database that is gone
        yield chromium
        connections.close_all()


@pytest.fixture
def site(committed_db: None) -> Iterator[str]:
    thread = LiveServerThread("localhost", _StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://localhost:{thread.port}"
    thread.terminate()


class Visitor:
    """A page that is looked at: axe's findings and the console's errors are kept."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.complaints: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    def look(self, name: str) -> None:
        if SHOTS:
            for width in [360, 1280]:
                self.page.set_viewport_size({"width": width, "height": 800})
                self.page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        self.complaints += [f"{name}: {line}" for line in looking.report(self.page).splitlines()]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.complaints.append(f"{name}: {wide} px wider than the window")

    def type_in(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label, exact=True).or_(
            self.page.get_by_role("link", name=label, exact=True)
        ).first.click()
        self.page.wait_for_load_state()


def enrol(visitor: Visitor) -> None:
    out = StringIO()
    call_command("create_admin", "root@raft.example", stdout=out, stderr=StringIO())
    visitor.page.goto(out.getvalue().strip().replace("http://localhost:8000", visitor.site))
    visitor.look("enrol")
    visitor.type_in(password=PHRASE, again=PHRASE)
    visitor.press("Set the password")
    visitor.look("enrolled")
    visitor.press("Sign in")
    visitor.look("login")
    visitor.type_in(login="root", password=PHRASE)
    visitor.press("Sign in")


@pytest.mark.usefixtures("second_factor_required")
def test_passkey_is_added_and_opens_the_desk_without_a_password(site: str, browser: Browser) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    context = browser.new_context(viewport={"width": 360, "height": 800})
    visitor = Visitor(context.new_page(), site)
    page = visitor.page
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )

    enrol(visitor)
    assert page.url == f"{site}/staff/account/2fa/"
    visitor.look("second-factor")
    visitor.press("Add a passkey")
    visitor.look("passkey")
    page.check("[name=passwordless]")
    visitor.press("Add")
    page.wait_for_url("**/2fa/recovery-codes/")
    visitor.look("recovery-codes")
    for name in ["", "webauthn/", "recovery-codes/generate/", "totp/activate/", "reauthenticate/"]:
        page.goto(f"{site}/staff/account/2fa/{name}")
        visitor.look(f"account-{name.replace('/', '-')}")
    for name in ["password/change/", "logout/", "reauthenticate/"]:
        page.goto(f"{site}/staff/account/{name}")
        visitor.look(f"account-{name.replace('/', '-')}")
    visitor.page.goto(f"{site}/staff/account/logout/")
    visitor.press("Sign Out")
    page.goto(f"{site}/staff/")
    visitor.press("Sign in with a passkey")
    page.wait_for_url(f"{site}/staff/")

    assert visitor.complaints == []
    assert "organisation.second_factor_added" in AuditEvent.objects.values_list("action", flat=True)


@pytest.mark.usefixtures("second_factor_required")
def test_app_is_added_and_the_screens_for_people_open(site: str, browser: Browser) -> None:
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    visitor = Visitor(browser.new_context(viewport={"width": 1280, "height": 800}).new_page(), site)
    page = visitor.page

    enrol(visitor)
    visitor.press("Add an app")
    visitor.look("app")
    visitor.type_in(code=code_of(page.input_value("#authenticator_secret")))
    visitor.press("Activate")
    assert page.url == f"{site}/staff/account/2fa/recovery-codes/"
    for name in [
        "people/",
        "people/add/",
        f"people/{User.objects.get().pk}/",
        "organisation/",
        "organisation/entities/add/",
        "audit/?check=1",
    ]:
        answer = page.goto(f"{site}/staff/{name}")
        assert answer
        assert answer.status == 200
        visitor.look(f"desk-{name.split('?')[0].replace('/', '-')}")

    assert [line for line in visitor.complaints if "wider" not in line] == []
