"""Every role tries every step in every status through the desk: what the table allows is done, the rest changes nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from aid.desk import matrix
from aid.desk.steps import STEPS, Step
from aid.models import AidRequest, Conflict, Hold, Message, Note
from aid.statuses import Status
from config import aid_pages
from organisation.models import AuditEvent, Organisation, User
from organisation.roles import ROLES, Role

Reach = Callable[..., AidRequest]
ANSWERS: dict[str, dict[str, Any]] = {
    "recommend-grant": {"amount": "40", "note": "", "checked": ["story", "likeness", "amount", "way", "conflict"]},
    "answer": {"body": "We have written to them."},
    "ask": {"body": "What did the notice say?"},
    "recommend-decline": {"reason": "outside", "note": ""},
    "hand-over": {"to": ""},
    "send-back": {"note": "Look again."},
    "paid": {"method": "paypal", "provider_reference": "PP-1", "on": "2026-03-10"},
    "came-back": {"reason": "returned"},
    "note": {"note": "For us."},
    "message": {"body": "For you."},
    "hold": {"reason": "question", "days": "3", "note": ""},
}


@pytest.mark.parametrize("page", list(aid_pages.PAGES))
def test_page_is_made_from_the_tables_as_they_are(page: str) -> None:
    written = (Path(settings.BASE_DIR) / "docs" / page).read_text(encoding="utf-8")

    assert written == aid_pages.PAGES[page](), "run script/manage write_aid_pages"


def test_table_says_what_was_agreed() -> None:
    """The pillars, by hand: who reviews, who decides, who pays, and that nobody else does."""
    said = {step.slug: matrix.cell(step, status) for step, status in _pillars()}

    letters = {
        slug: ([role.slug for role in always], [role.slug for role in late]) for slug, (always, late) in said.items()
    }
    assert letters == {
        "take": (["caseworker"], []),
        "recommend-grant": (["caseworker"], ["steward"]),
        "approve": (["approver"], ["steward"]),
        "decline": (["approver"], ["steward"]),
        "paid": (["treasurer"], []),
        "came-back": (["treasurer"], []),
    }


def _pillars() -> list[tuple[Any, Status]]:
    where = {
        "take": Status.RECEIVED,
        "recommend-grant": Status.IN_REVIEW,
        "approve": Status.RECOMMENDED_GRANT,
        "decline": Status.RECOMMENDED_DECLINE,
        "paid": Status.APPROVED,
        "came-back": Status.PAID,
    }
    return [(step, where[step.slug]) for step in STEPS if step.slug in where]


@pytest.fixture
def _bare_pages(settings: Any) -> None:
    """Two thousand refusals would take minutes to lay out; what they look like is looked at elsewhere."""
    bare = dict.fromkeys(("aid/desk/case.html", "403.html"), "")
    usual = settings.TEMPLATES[0]
    options = {key: value for key, value in usual["OPTIONS"].items() if key != "loaders"}
    options["loaders"] = [
        ("django.template.loaders.locmem.Loader", bare),
        "django.template.loaders.filesystem.Loader",
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [{**usual, "APP_DIRS": False, "OPTIONS": options}, *settings.TEMPLATES[1:]]


@pytest.mark.usefixtures("_bare_pages")
@pytest.mark.parametrize("status", list(Status))
def test_every_role_tries_every_step(
    status: Status, reach: Reach, person: Callable[..., User], liferaft: Organisation
) -> None:
    request = reach(status)
    AidRequest.objects.filter(pk=request.pk).update(taken_by=None)
    wrong = []
    for role, steps in tries(request).items():
        browser = Client()
        browser.force_login(person(f"pat-{role.slug}", role.slug))
        for step, expected in steps:
            before = written(request)
            with transaction.atomic():
                answers = {"seen": request.version, **ANSWERS.get(step.slug, {})}
                code = browser.post(reverse(f"aid_case_{step.slug}", args=[request.pk]), answers).status_code
                has_done = written(request) != before
                transaction.set_rollback(True)
            is_at_the_door = code == 403 or matrix.may_ever(role, step)
            if has_done != expected or (code == 302) != expected or not is_at_the_door:
                wrong.append(f"{role.slug} {step.slug} in {status}: {code}, done: {has_done}, table: {expected}")
    assert not wrong, "\n".join(wrong)


def tries(request: AidRequest) -> dict[Role, list[tuple[Step, bool]]]:
    """Return who tries what, and whether it should be done.

    All that the table allows; of what it refuses, for each step and status another role, as refusals are slow pages.
    ``MATRIX=all`` tries every role, step and status.
    """
    found: dict[Role, list[tuple[Step, bool]]] = {}
    for place, step in enumerate(STEPS, start=list(Status).index(Status(request.status))):
        allowed = {
            role: matrix.may(
                role,
                step,
                Status(request.status),
                after_appeal=request.round == 2,
                wants_money=request.wants_money,
            )
            for role in ROLES.values()
        }
        refused = [role for role, may in allowed.items() if not may]
        one = refused[place % len(refused)]
        for role, may in allowed.items():
            if may or role == one or os.environ.get("MATRIX") == "all":
                found.setdefault(role, []).append((step, may))
    return found


def written(request: AidRequest) -> tuple[object, ...]:
    """Return what a step could have changed."""
    row = AidRequest.objects.get(pk=request.pk)
    counted = [model.objects.count() for model in (AuditEvent, Message, Note, Hold, Conflict)]
    return (row.status, row.version, row.taken_by_id, *counted)
