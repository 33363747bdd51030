"""Where clamd is set up, every file passes it before staff can open it; a scanner that is down delays and loses nothing."""

import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from aid import scanning
from aid import tasks as aid_tasks
from aid.models import AidRequest, Attachment
from aid.statuses import Status
from tests.aid.files_stage import PDF, PLACE, browser, page_says, send, telling_jpeg

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("liferaft", "private_files")]
# What scanners are tried with (eicar.org) is not written here: scanners of ours would delete this file.
BAD = PDF.replace(b"Catalog", b"VirusForTest")


@pytest.fixture
def phone(reach: Callable[..., AidRequest]) -> Client:
    """Wanda's telephone, after she has applied."""
    return browser(reach(Status.IN_REVIEW))


class Clamd(socketserver.BaseRequestHandler):
    """Speaks clamd's INSTREAM: pieces with their length before them, an empty one at the end, one answer."""

    def handle(self) -> None:
        server: Any = self.server
        if self._exactly(10) != b"zINSTREAM\0":
            self.request.sendall(b"UNKNOWN COMMAND\0")
            return
        content = b""
        while length := struct.unpack(">I", self._exactly(4))[0]:
            content += self._exactly(length)
        server.seen.append(content)
        if server.answer is None:
            return  # It dies while it scans.
        answer = b"stream: Test.Virus FOUND" if b"VirusForTest" in content else server.answer
        self.request.sendall(answer + b"\0")

    def _exactly(self, many: int) -> bytes:
        got = b""
        while len(got) < many:
            piece = self.request.recv(many - len(got))
            assert piece
            got += piece
        return got


class UnixClamd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    seen: list[bytes]
    answer: bytes | None = b"stream: OK"


class TcpClamd(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    seen: list[bytes]
    answer: bytes | None = b"stream: OK"


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[UnixClamd | TcpClamd]:
    server: UnixClamd | TcpClamd
    if request.param == "unix":
        server = UnixClamd(str(tmp_path / "clamd.ctl"), Clamd)
        settings.CLAMD_URL = f"unix://{tmp_path}/clamd.ctl"
    else:
        server = TcpClamd(("127.0.0.1", 0), Clamd)
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def states() -> list[str]:
    return list(Attachment.objects.order_by("at", "pk").values_list("state", flat=True))


def test_what_is_clean_is_found_so_by_the_sweep(phone: Client, clamd: UnixClamd) -> None:
    send(phone, PDF)
    assert states() == ["waiting"]

    aid_tasks.sweep()

    assert states() == ["clean"]
    assert clamd.seen == [PDF]
    aid_tasks.sweep()
    assert len(clamd.seen) == 1, "it is asked once"


def test_what_it_refuses_is_erased_and_the_worker_is_told_what_works(
    phone: Client,
    clamd: UnixClamd,
    private_files: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    send(phone, BAD)

    with django_capture_on_commit_callbacks(execute=True):
        aid_tasks.sweep()

    assert states() == ["refused"]
    assert [each for each in private_files.rglob("*") if each.is_file()] == []
    page = page_says(phone.get(PLACE))
    assert "Our virus scanner refused this file" in page
    assert "a photo of the page always works" in page
    assert phone.get(f"{PLACE}{Attachment.objects.get().pk}/").status_code == 404


def test_large_file_reaches_it_whole(clamd: UnixClamd) -> None:
    content = bytes(range(256)) * 10_000

    assert scanning.is_clean(content)
    assert clamd.seen == [content]


def test_scanner_that_is_down_delays_and_is_asked_again(phone: Client, settings: Settings, clamd: UnixClamd) -> None:
    there, settings.CLAMD_URL = settings.CLAMD_URL, "unix:///nowhere/clamd.ctl"
    send(phone, PDF)
    aid_tasks.sweep()
    assert states() == ["waiting"]

    settings.CLAMD_URL = there
    aid_tasks.sweep()

    assert states() == ["clean"]


def test_scanner_that_dies_meanwhile_has_said_nothing(phone: Client, clamd: UnixClamd) -> None:
    clamd.answer = None
    send(phone, PDF)

    aid_tasks.sweep()

    assert states() == ["waiting"]


def test_file_that_it_cannot_decide_on_waits_and_holds_up_no_other(phone: Client, clamd: UnixClamd) -> None:
    clamd.answer = b"INSTREAM size limit exceeded. ERROR"
    send(phone, PDF)
    send(phone, BAD)

    aid_tasks.sweep()

    assert sorted(states()) == ["refused", "waiting"]


def test_scanner_that_is_silent_is_given_up(phone: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        send(phone, PDF)

        aid_tasks.sweep()

    assert states() == ["waiting"]


def test_without_a_scanner_nothing_is_asked(phone: Client, now: datetime) -> None:
    send(phone, telling_jpeg())

    aid_tasks.sweep()

    assert states() == ["waiting"]
