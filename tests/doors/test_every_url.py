"""Every address of the project, tried as a visitor and in each role, by GET and POST, against tests/doors/who_may.py."""

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from pytest_django import Settings
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection, Page, Site, Workflow

from cms.models import Subscriber
from organisation.models import LegalEntity, Organisation, User
from tests.doors.conftest import signed_in
from tests.doors.who_may import COOKIES, EVERYBODY, PATHS, ROWS, RULES, SAMPLES, Rule

# Wagtail leaves a temporary file open when it makes an image's smaller copy.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PEOPLE = sorted(EVERYBODY)
ALIKE = {"fay", "carl", "ada", "tess", "stella"}
_ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
_NO_UUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Address:
    name: str
    route: str

    @property
    def rule(self) -> Rule | None:
        exact = RULES.get(self.name) or RULES.get(self.route.removeprefix("es/"))
        if exact or not self.name:
            return exact
        fitting = [pattern for pattern in RULES if "*" in pattern and fnmatch.fnmatchcase(self.name, pattern)]
        return RULES[max(fitting, key=len)] if fitting else None

    @property
    def is_desk(self) -> bool:
        return self.route.startswith("staff/")

    @property
    def is_wagtails(self) -> bool:
        return self.is_desk and self.name.startswith("wagtail")

    def path(self, rows: dict[str, str]) -> str:
        sample = PATHS.get(self.route)
        if sample is None:
            sample = _ARGUMENT.sub(lambda a: _NO_UUID if a[1] == "uuid" else SAMPLES.get(a[2], "1"), self.route)
        row = max((start for start in ROWS if self.name.startswith(start)), key=len, default="")
        return "/" + sample.format(**rows, pk=rows.get(ROWS.get(row, ""), "1"))

    def __str__(self) -> str:
        return f"{self.name or '(no name)'} at /{self.route}"


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "", spaces: str = "") -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield Address(f"{spaces}{pattern.name or ''}" if pattern.name else "", f"{prefix}{pattern.pattern}")
        elif isinstance(pattern.pattern, LocalePrefixPattern):
            yield from addresses(pattern.url_patterns, prefix, spaces)
            for found in addresses(pattern.url_patterns, prefix, spaces):
                yield replace(found, route=f"es/{found.route}")
        else:
            space = f"{spaces}{pattern.namespace}:" if pattern.namespace else spaces
            yield from addresses(pattern.url_patterns, f"{prefix}{pattern.pattern}", space)


ALL = list(addresses(get_resolver().url_patterns))


def test_every_address_has_a_rule() -> None:
    assert [str(address) for address in ALL if address.rule is None] == []


def test_every_rule_has_an_address() -> None:
    used = {id(address.rule) for address in ALL}

    assert [name for name, rule in RULES.items() if id(rule) not in used] == []


def test_every_address_written_as_an_expression_has_a_path() -> None:
    odd = [str(a) for a in ALL if a.route not in PATHS and re.search(r"[\^$(\[]", _ARGUMENT.sub("", a.route))]

    assert odd == []


@pytest.fixture
def rows(liferaft: Organisation, legal_entity: LegalEntity, settings: Settings, tmp_path: Path) -> dict[str, str]:
    """Rows to be asked for, so that who may not is refused for want of a right and not for want of a row."""
    settings.MEDIA_ROOT = tmp_path
    home = Page.objects.get(depth=2)
    image = Image.objects.create(title="A raft", file=get_test_image_file())
    document = Document.objects.create(title="A rule", file=ContentFile(b"words", name="rule.txt"))
    site = Site.objects.get()
    found = {
        "page": home,
        "image": image,
        "document": document,
        "collection": Collection.get_first_root_node(),
        "workflow": Workflow.objects.first(),
        "site": site,
        "group": Group.objects.first(),
        "entity": legal_entity,
        "person": User.objects.create_user("zoe", "zoe@raft.example"),
        "reader": Subscriber.objects.create(
            email="ann@mail.example", address_index=b"ann", created_at=datetime(2026, 3, 10, tzinfo=UTC)
        ),
    }
    return {name: str(row.pk) if row else "1" for name, row in found.items()}


@pytest.fixture
def visit(request: pytest.FixtureRequest, rows: dict[str, str]) -> "Visit":
    return Visit(request, rows)


class Visit:
    """Sends requests as one person and takes back whatever they did."""

    def __init__(self, request: pytest.FixtureRequest, rows: dict[str, str]) -> None:
        self.request = request
        self.rows = rows

    def come(self, name: str, **extra: object) -> None:
        user = None if name == "visitor" else self.request.getfixturevalue(name)
        self.client = Client(raise_request_exception=False, **extra)  # type: ignore[arg-type]  # whatever it takes
        self.cookie = signed_in(user).cookies[project.SESSION_COOKIE_NAME].value if user else None

    def send(self, method: str, address: Address) -> HttpResponse:
        self.client.cookies.clear()
        if self.cookie:
            self.client.cookies[project.SESSION_COOKIE_NAME] = self.cookie
        path = address.path(self.rows)
        if method == "get":
            return self.client.get(path)  # type: ignore[return-value]  # an HttpResponse with extras
        with transaction.atomic():
            answer = self.client.post(path)
            transaction.set_rollback(True)
        return answer  # type: ignore[return-value]  # see above


def is_refusal(answer: HttpResponse, rule: Rule) -> bool:
    if answer.status_code == 302:
        # Wagtail answers a want of rights by leading to its first page.
        return answer.headers["Location"].split("?")[0] in {"/staff/account/login/", "/staff/login/", "/staff/"}
    return answer.status_code in {401, 403, 405} or (rule.hides and answer.status_code == 404)


def wrong(answer: HttpResponse, address: Address, rule: Rule, *, is_allowed: bool) -> str:
    """Return what is wrong with this answer, or nothing."""
    is_post = answer.wsgi_request.method == "POST"  # type: ignore[attr-defined]  # the test client's answer
    if answer.status_code >= 500 and answer.status_code != 503:  # readyz says so while no worker runs
        # Wagtail fails on empty POSTs to some of its forms; that harms nobody.
        return "" if is_post and address.name.startswith("wagtail") else "fails"
    if is_allowed and rule.lenient:
        return ""
    if "visitor" in rule.get and is_allowed:
        # A public page may well lead to the sign-in; a public form without its token is refused, and should be.
        return "" if answer.status_code not in {401, 403} or rule.by_token else "is refused"
    refused = is_refusal(answer, replace(rule, hides=rule.hides and not is_allowed))
    if is_allowed:
        return "is refused" if refused and answer.status_code != 405 else ""
    return "" if refused else f"is let in ({answer.status_code})"


@pytest.mark.parametrize("name", PEOPLE)
def test_each_person_may_what_the_table_says(visit: "Visit", name: str) -> None:
    visit.come(name)
    faults = []

    for address in ALL:
        rule = address.rule
        if rule is None or (name != "visitor" and address.route.startswith("es/")):
            continue  # the Spanish address leads to the same view
        # The gate keeps all but editors from Wagtail's views, whatever the method: adam stands for all of them.
        tries = [("get", rule.get), ("post", rule.post)]
        for method, allowed in tries[:1] if address.is_wagtails and name in ALIKE else tries:
            if address.name == "wagtailadmin_logout" and method == "post" and name in allowed:
                continue  # ends at the sign-in, which would look like a refusal
            answer = visit.send(method, address)
            fault = wrong(answer, address, rule, is_allowed=name in allowed)
            cookies = [cookie.key for cookie in answer.cookies.values() if cookie.value]
            if name == "visitor" and not address.is_desk and cookies and address.name not in COOKIES:
                fault = fault or f"sets {cookies}"
            if fault:
                faults.append(f"{name} {method.upper()} {address}: {fault}")

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", ["edith", "adam", "carl"])
def test_no_post_at_the_desk_passes_without_a_csrf_token(visit: "Visit", name: str) -> None:
    visit.come(name, enforce_csrf_checks=True)
    passing = []

    for address in ALL:
        if address.is_desk and address.rule and name in address.rule.post:
            answer = visit.send("post", address)
            if answer.status_code not in {403, 405} and not _only_leads_on(address):
                passing.append(f"{name} POST {address}: {answer.status_code}")

    assert not passing, "\n".join(passing)


def _only_leads_on(address: Address) -> bool:
    return address.name in {
        "organisation_login",
        "organisation_reset",
        "account_set_password",
        "wagtailadmin_login",
    } or address.name.startswith("wagtailadmin_password_reset")
