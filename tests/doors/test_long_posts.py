"""Nobody fills our disk by posting files to a form that takes none."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from organisation.models import Organisation, User

pytestmark = pytest.mark.django_db


def file_of(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.bin", b"x" * size)


@pytest.mark.parametrize("path", ["/donate/", "/giving/", "/aid/apply/", "/aid/case/", "/", "/staff/account/login/"])
def test_visitor_cannot_post_a_large_file(client: Client, liferaft: Organisation, path: str) -> None:
    assert client.post(path, {"file": file_of(2_000_000)}).status_code == 413


def test_cookie_of_nobody_does_not_help(client: Client, liferaft: Organisation) -> None:
    client.cookies["liferaft_session_8000"] = "x" * 32

    assert client.post("/staff/images/add/", {"file": file_of(2_000_000)}).status_code == 413


def test_who_is_signed_in_sends_files(client: Client, liferaft: Organisation, edith: User) -> None:
    client.force_login(edith)

    assert client.post("/staff/documents/add/", {"file": file_of(2_000_000)}).status_code == 200


def test_form_with_a_long_story_passes(client: Client, liferaft: Organisation) -> None:
    assert client.post("/aid/case/", {"words": "é" * 100_000}).status_code == 200
