"""When something broke, the page that says so must not need it: no database, no collected files, no organisation."""

from django.db import connection
from django.test import RequestFactory
from django.utils import translation
from django.views.defaults import server_error
from pytest_django import Settings


def test_error_page_needs_neither_database_nor_collected_files(settings: Settings) -> None:
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }

    # Without the db mark, any query raises.
    with translation.override("en"):
        answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
    assert not connection.queries
