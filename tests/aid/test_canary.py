"""A mark in every field that a worker or the desk can write in is found nowhere in clear once everybody has gone home."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django import forms
from django.conf import settings as configured
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from pytest_django import Settings

from aid import holding, talking
from aid.amounts import AmountField
from aid.models import AidRequest, Attachment, Case, DeclineBatch
from aid.reasons import CheckPoint
from aid.statuses import Status
from aid.worker import urls as worker_urls
from aid.worker.fields import CountField, PercentField
from config import tasks
from core import clock, sealing
from ledger.models import Fund
from organisation import roles
from organisation.models import Organisation, User
from tests.aid.canary import Marks, in_database, in_files
from tests.aid.conftest import give
from tests.aid.walker import Place, Walker
from tests.ports import free_port

NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
CAST = {
    "carl": "caseworker",
    "cora": "caseworker",
    "ada": "approver",
    "abel": "approver",
    "alba": "approver",
    "tess": "treasurer",
    "stella": "steward",
}
# The group's own words, written to be sent to anybody.
OF_THE_GROUP = ("public.aid_answertemplate.title: ", "public.aid_answertemplate.body: ")
# What is typed there finds a case, by its seven words (which are looked for, too) or the eight letters staff know it by.
NAMES_OF_CASES = {("CaseWordsForm", "words"), ("LooksForm", "case")}
# Numbers that people type as text.
NUMBERS = (AmountField, CountField, PercentField, forms.RegexField)
MOST_PAGES = 60
# Pages of the worker's without a form to write in, or which would end the walk.
QUIET = {
    "aid:home", "aid:busy", "aid:words", "aid:go_on", "aid:check", "aid:proof", "aid:held.json", "aid:arrived",
    "aid:withdraw", "aid:erase", "aid:leave", "aid:left", "aid:erased", "aid:away", "aid:file", "aid:file_remove", "aid:open_link",
}  # fmt: skip


class Mailbox:
    """Keeps what a mail server would: letters as they came."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 OK"

    def without_addresses(self) -> bytes:
        """Return all letters but for whom they go to: that is what a letter has to say."""
        lines = b"\n".join(self.letters).splitlines()
        return b"\n".join(line for line in lines if not line.lower().startswith(b"to:"))


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    handler, port = Mailbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_URL = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


@pytest.fixture
def people(committed_db: None) -> dict[str, Client]:
    """The desk's people, signed in, and a fund with money; for real, so that a dump sees what they write."""
    Organisation.objects.create(pk=1, name="Raft Workers", email="post@raft.example")
    give(Fund.objects.create(slug="aid", name="Mutual aid", pays_aid=True), 500, at=NOON)
    signed_in = {}
    for name, role in CAST.items():
        user = User.objects.create_user(username=name, email=f"{name}@raft.example", name=name.title())
        roles.grant(user=user, role=role, by=None, at=NOON)
        signed_in[name] = Client(raise_request_exception=False)
        signed_in[name].force_login(user)
    return signed_in


class Walk:
    """A case from the first question to the payment, by way of a decline, an appeal and a complaint."""

    def __init__(self, people: dict[str, Client], marks: Marks | None = None) -> None:
        self.marks = marks or Marks()
        self.worker = Walker(Client(raise_request_exception=False), self.marks)
        # What one of them has typed, the others need not type again.
        taken: set[Place] = set()
        self.desk = {name: Walker(client, self.marks, taken=taken) for name, client in people.items()}

    def apply(self, **picks: Any) -> AidRequest:
        self.worker.go_through(
            reverse("aid:apply"),
            {"amount": "80", "wants_money": "yes", "kept": "on"} | picks,
            until=reverse("aid:case"),
            at=self._note_words,
        )
        request = AidRequest.objects.order_by("-case__created_at").first()
        assert request
        assert request.status == Status.RECEIVED
        return request

    def _note_words(self, path: str) -> None:
        """Remember the seven words where they are shown, to look for them afterwards."""
        if path == reverse("aid:words"):
            self.marks.words.add(self.worker.client.get(path).context["words"])

    def press(self, who: str, step: str, picks: dict[str, Any] | None = None, *, request: AidRequest) -> None:
        path = reverse("aid_case", args=[request.pk])
        response = self.desk[who].send(path, f"{path}{step}/", picks)
        assert response.status_code in (200, 302), f"{who} {step}: {response.status_code}"

    def look_round(self, request: AidRequest) -> None:
        """Open whatever the desk and the worker's pages lead to, and fill in what took no mark yet."""
        for who in ("carl", "ada", "tess", "stella"):
            _look_round(self.desk[who], _desk_pages(request))
        _look_round(self.worker, self.worker.links(reverse("aid:case"), below="/aid/case/"))


def _desk_pages(request: AidRequest) -> set[str]:
    """Return the addresses of aid's pages at the desk, and of those that are about this request."""
    found = set()
    for name in _desk_names():
        for about in ([], [request.pk]):
            with suppress(NoReverseMatch):
                found.add(reverse(name, args=about))
    return found


def _desk_names() -> set[str]:
    return {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("aid_")}


def _look_round(walker: Walker, starts: set[str]) -> None:
    waiting, known = sorted(starts), set(starts)
    while waiting and len(known) < MOST_PAGES:
        path = waiting.pop(0)
        walker.leftover(path, skip=_ends_the_walk)
        further = walker.links(path, below=path[: path.index("/aid/") + 5]) - known
        waiting += sorted(address for address in further if not _ends_the_walk(address))
        known |= further


def _ends_the_walk(path: str) -> bool:
    return path.endswith(("/conflict/", "/erase/", "/withdraw/", "/leave/", "/away/", "/legal-hold/"))


def walk_through(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> AidRequest:
    """Take one case through everything that takes words, on both sides."""
    case = reverse("aid:case")
    request = walk.apply(kind="suspension")
    for page in ("complaint", "account", "payment", "files", "message"):
        start = case if page == "message" else reverse(f"aid:{page}")
        walk.worker.send(start, reverse(f"aid:{page}"), {"method": "venmo"} if page == "payment" else {})
    for who, step in (("carl", "message"), ("carl", "note"), ("carl", "hold"), ("carl", "take"), ("carl", "ask")):
        walk.press(who, step, request=request)
    walk.worker.send(case, reverse("aid:message"))
    lift(request)
    everything = {"amount": "60", "checked": CheckPoint.values}
    walk.press("carl", "recommend-grant", everything, request=request)
    walk.press("ada", "send-back", request=request)
    walk.press("carl", "recommend-decline", request=request)
    walk.press("ada", "decline", request=request)
    walk.worker.send(reverse("aid:appeal"), reverse("aid:appeal"))
    walk.press("cora", "take", request=request)
    fail_once(walk, monkeypatch)
    walk.press("cora", "recommend-grant", everything, request=request)
    walk.look_round(request)
    lift(request)
    walk.press("abel", "approve", request=request)
    walk.press("alba", "approve", request=request)
    walk.press("tess", "open", {"detail": "pay_to", "reason": "to_pay"}, request=request)
    walk.press("tess", "paid", {"on": clock.now().date().isoformat()}, request=request)
    request.refresh_from_db()
    assert request.status == Status.PAID
    return request


def walk_by_lists(walk: Walk) -> None:
    """Take one more case through the lists of the desk, and a report without money to its answer."""
    listed = walk.apply(kind="rejection")
    for name in ("aid_acknowledge", "aid_batch_new"):
        walk.desk["carl"].send(f"{reverse(name)}?request={listed.pk}", reverse(name))
    batch = reverse("aid_batch", args=[DeclineBatch.objects.get().pk])
    walk.desk["ada"].send(batch, batch, {"answer": "send_back"})
    walk.worker = Walker(Client(), walk.marks, taken=walk.worker.taken, visited=walk.worker.visited)
    report = walk.apply(kind="other", wants_money="no")
    walk.press("cora", "take", request=report)
    walk.press("cora", "answer", request=report)


def watch_forms(marks: Marks, monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """Return a set that fills with the fields of every form that took a mark."""
    typed: set[tuple[str, str]] = set()
    full_clean = forms.BaseForm.full_clean

    def watched(form: forms.BaseForm) -> None:
        full_clean(form)
        for name, value in getattr(form, "cleaned_data", {}).items():
            if marks.found_in(f"{value} {getattr(value, 'name', '')}".encode()):
                typed.add((type(form).__name__, name))

    monkeypatch.setattr(forms.BaseForm, "full_clean", watched)
    return typed


def text_fields() -> set[tuple[str, str]]:
    """Return every field of aid's forms in which somebody can write a word or give a file."""
    found, waiting = set(), [forms.Form]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith(("aid.worker.", "aid.desk.")):
            found |= {
                (form.__name__, name)
                for name, field in form.base_fields.items()
                if isinstance(field, (forms.CharField, forms.FileField)) and not isinstance(field, NUMBERS)
            }
    return found


def lift(request: AidRequest) -> None:
    for hold in request.holds.filter(lifted_at__isnull=True):
        hold.lifted_at = hold.at + timedelta(minutes=1)
        hold.save(update_fields=["lifted_at"])


def fail_once(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a view break in the middle of what a worker writes: the traceback is logged."""

    def broken(**_words: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(talking, "write_to_us", broken)
        answer = walk.worker.send(reverse("aid:case"), reverse("aid:message"))
    assert answer.status_code == 500


def is_of_the_group(place: str) -> bool:
    """Return whether this is the group's own text, meant for every worker: in its table, or in the server's own files."""
    path, _, field = place.partition(": ")
    return place.startswith(OF_THE_GROUP) or (path.startswith("postgres/") and field.startswith("aid_template"))


def test_marks_in_every_field_are_found_nowhere_in_clear(
    people: dict[str, Client],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # The test's own mail server says what it gets.
    began = time.time()
    walk = Walk(people)

    typed = watch_forms(walk.marks, monkeypatch)
    request = walk_through(walk, monkeypatch)
    second = Walk(people, walk.marks)
    walk_by_lists(second)
    stranger = Walker(Client(), walk.marks)
    stranger.send(reverse("aid:case"), reverse("aid:link"))
    tasks.sweep()

    assert holding.get(request, "story") in walk.marks.places
    assert Attachment.objects.filter(case=request.case_id).count() == 1
    assert len(mailbox.letters) > 3
    assert [len(words.split()) for words in walk.marks.words] == [7, 7, 7]
    found = in_database(walk.marks) | in_files(walk.marks, configured.VAR, since=began)
    said = "".join(capfd.readouterr()) + caplog.text
    found |= {f"log: {place}" for place in walk.marks.found_in(said.encode())}
    found |= {f"letter: {place}" for place in walk.marks.found_in(mailbox.without_addresses())}
    assert {place for place in found if not is_of_the_group(place)} == set()
    visited = walk.worker.visited | second.worker.visited | stranger.visited
    names = {f"aid:{url.name}" for url in worker_urls.urlpatterns if isinstance(url, URLPattern)}
    assert names - {":".join(name.split(":")[:2]) for name in visited} <= QUIET
    assert text_fields() - typed == NAMES_OF_CASES


@pytest.mark.parametrize(
    ("column", "place"),
    [
        ("aid_aidrequest.story", "public.aid_aidrequest.story_sealed: aid:question:story.story"),
        ("aid_case.worker_id", "public.aid_case.worker_id_sealed: aid:question:id.worker_id"),
    ],
)
def test_one_seal_removed_is_found_and_named(
    people: dict[str, Client], monkeypatch: pytest.MonkeyPatch, column: str, place: str
) -> None:
    sealed = sealing.seal

    def open_there(text: str, *, context: str) -> bytes:
        return text.encode() if context.startswith(column) else sealed(text, context=context)

    monkeypatch.setattr(sealing, "seal", open_there)
    monkeypatch.setattr(holding, "get", _reads(holding.get))
    walk = Walk(people)
    walk.apply(kind="suspension")

    assert in_database(walk.marks) == {place}


def _reads(get: Callable[..., str]) -> Callable[..., str]:
    """Pages read what stands there in clear as if it had been sealed."""

    def read(row: Any, name: str) -> str:
        try:
            return get(row, name)
        except sealing.SealBroken:
            return bytes(getattr(row, f"{name}_sealed")).decode()

    return read


def test_marks_are_found_in_whatever_they_are_wrapped(people: dict[str, Client]) -> None:
    marks = Marks()
    Case.objects.create(words_fingerprint=b"f" * 32, created_at=NOON, kind="other", country=marks.at("clear")[:20])
    Organisation.objects.filter(pk=1).update(tagline=marks.at("tagline"))
    people["carl"].session["typed"] = marks.at("session")
    session = people["carl"].session
    session["typed"] = marks.at("session too")
    session.save()

    found = in_database(marks)

    assert "public.organisation_organisation.tagline: tagline" in found
    assert "public.django_session.session_data: session too" in found
