"""A page of the application form and its sealed answer, against a bare form view that inserts one row.

All are served by the same granian, at the same time, and asked in turns in many short rounds, because machines are
noisy; what counts is the median round of each. A turn is what a phone does with a question: fetch the page, take the
token from it, post the answer, be led on. The bare view is what the tutorial makes: a form class with one text, a template
with nothing but the form, Django's CSRF guard, one row inserted with the ORM, in clear.
Ours opens the visit's cookie, finds the draft, guards the form, renders the whole page, seals the story, saves it under
triggers and seals the cookie anew. The database is made for this and dropped.

The bare view stands on two servers. The reference has our settings: our middlewares, headers, template engine and
connections, as any view would have that is added to this site. The ratio to it says what this form costs beyond a form.
"startproject" has Django's own settings. The ratio to it, printed too, also counts what every page of this site pays for:
security headers, languages, whitenoise, Wagtail, allauth, a connection that is looked at before it is used.
"""

import json
import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode

import psycopg

sys.path.insert(0, str(Path.cwd()))

from bench import books, webhooks

ROUNDS = 20
TURNS = 80  # in a round
WARM_UP = 160
PHONES = 8
STORY = "My account was closed over night, without a reason. I had worked there for six years, and the rent is due."
OUR_SETTINGS = """
from config.settings import *

INSTALLED_APPS += ["bare"]
ROOT_URLCONF = "bare.beside_ours"
"""
BESIDE_OURS = """
from bare.urls import urlpatterns as bare
from config.urls import urlpatterns as ours

urlpatterns = [*bare, *ours]
"""
STARTPROJECT = """
from config.settings import *

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "bare",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
ROOT_URLCONF = "bare.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
"""
BARE_URLS = """
from django import forms
from django.db import models
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import path


class Story(models.Model):
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bare"
        db_table = "bare_story"


class StoryForm(forms.Form):
    story = forms.CharField(max_length=5000, widget=forms.Textarea)


def story(request):
    form = StoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Story.objects.create(text=form.cleaned_data["story"])
        return HttpResponseRedirect("/next/")
    return render(request, "story.html", {"form": form})


urlpatterns = [path("aid/apply/story/", story)]
"""
BARE_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Story</title></head>
<body><form method="post">{% csrf_token %}{{ form.as_div }}<button>Save</button></form></body></html>
"""
TABLE = "CREATE TABLE bare_story (id bigserial PRIMARY KEY, text text NOT NULL, written_at timestamptz NOT NULL)"
TOKEN = re.compile(rb'name="(form_token|csrfmiddlewaretoken)" value="([^"]+)"')


class Refused(Exception):
    """An answer was not the one that a browser expects."""


class Phone:
    """One kept connection with its cookie, as a browser has it."""

    def __init__(self, port: int) -> None:
        self.host = f"localhost:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.cookie = ""

    def get(self, path: str) -> bytes:
        return self._ask(f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.cookie}\r\n\r\n".encode(), b"200")

    def post(self, path: str, page: bytes, answers: dict[str, str]) -> None:
        """Post a form with the token of the page that shows it, and expect to be led on."""
        token = TOKEN.search(page)
        body = urlencode(answers | ({token[1].decode(): token[2].decode()} if token else {}))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nOrigin: http://{self.host}\r\nCookie: {self.cookie}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._ask((head + body).encode(), b"302")

    def turn(self) -> None:
        self.post("/aid/apply/story/", self.get("/aid/apply/story/"), {"story": STORY})

    def _ask(self, request: bytes, status: bytes) -> bytes:
        self.socket.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = self.socket.recv(65536)
            if not part:
                raise Refused("the connection was closed")
            answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 " + status):
            raise Refused(answer[:200])
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if length is None:
            raise Refused(head)
        while len(body) < int(length[1]):
            body += self.socket.recv(65536)
        if given := re.search(rb"(?i)set-cookie: ([^;]+)", head):
            self.cookie = given[1].decode()
        return body


def main() -> None:
    rates: dict[str, list[float]] = {"ours": [], "reference": [], "startproject": []}
    with ExitStack() as stack:
        environment = stack.enter_context(books.with_a_database())
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, __file__, "--inside"], env=environment, check=True)
        with psycopg.connect(environment["DATABASE_URL"]) as database:
            database.execute(TABLE)
        ports = {
            "ours": stack.enter_context(webhooks.served("config.wsgi:application", environment)),
            "reference": stack.enter_context(served_bare(environment, OUR_SETTINGS)),
            "startproject": stack.enter_context(served_bare(environment, STARTPROJECT)),
        }
        phones = {name: [Phone(port) for _ in range(PHONES)] for name, port in ports.items()}
        for phone in phones["ours"]:
            phone.post("/aid/apply/", phone.get("/aid/apply/"), {"kind": "suspension"})
        for name in ports:
            take_turns(phones[name], WARM_UP)
        for number in range(ROUNDS):
            # None always follows the same other.
            for name in [*ports] if number % 2 else [*ports][::-1]:
                rates[name].append(TURNS / take_turns(phones[name], TURNS))
        make_sure(environment["DATABASE_URL"])
    for name, found in rates.items():
        print(f"{name}: {', '.join(f'{rate:.0f}' for rate in found)}", file=sys.stderr)
    ours, reference, startproject = (statistics.median(found) for found in rates.values())
    print(f"against startproject: {ours:.1f} / {startproject:.1f} = {ours / startproject:.3f}", file=sys.stderr)
    result = {"bench": "apply", "ours": round(ours, 1), "reference": round(reference, 1)}
    result |= {"ratio": round(ours / reference, 3), "unit": "pages with answer/s"}
    print(json.dumps(result | {"ratio_to_startproject": round(ours / startproject, 3)}))


@contextmanager
def served_bare(environment: dict[str, str], bare_settings: str) -> Iterator[int]:
    """Serve the bare view with these settings and yield its port."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "bare"
        (package / "templates").mkdir(parents=True)
        (package / "__init__.py").write_text("")
        (package / "settings.py").write_text(bare_settings)
        (package / "urls.py").write_text(BARE_URLS)
        (package / "beside_ours.py").write_text(BESIDE_OURS)
        (package / "templates" / "story.html").write_text(BARE_PAGE)
        (package / "wsgi.py").write_text(
            "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n"
        )
        theirs = environment | {"PYTHONPATH": f"{folder}:{Path.cwd()}", "DJANGO_SETTINGS_MODULE": "bare.settings"}
        with webhooks.served("bare.wsgi:application", theirs) as port:
            yield port


def set_the_stage() -> None:
    """Make the organisation and its fund for aid, as a fresh installation has them."""
    import django

    django.setup()
    from ledger.models import Fund
    from organisation.models import Organisation

    Organisation.current().save()
    Fund.objects.get_or_create(
        slug=f"aid-{secrets.token_hex(2)}", defaults={"name": "Aid", "pays_aid": True, "currency": "USD"}
    )


def take_turns(phones: list[Phone], number: int) -> float:
    """Let the phones do so many turns in all, at once; return the seconds that it took."""
    failures: list[BaseException] = []

    def work(phone: Phone) -> None:
        try:
            for _ in range(number // len(phones)):
                phone.turn()
        except (OSError, Refused) as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=[phone]) for phone in phones]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} phones failed: {failures[0]!r}")
    return time.perf_counter() - began


def make_sure(database: str) -> None:
    """Make sure that what was answered is there: sealed here, in clear there."""
    with psycopg.connect(database) as server:
        rows = server.execute(
            "SELECT (SELECT count(*) FROM aid_aidrequest WHERE length(story_sealed) > %s), (SELECT count(*) FROM bare_story)",
            [len(STORY)],
        ).fetchone()
    if rows != (PHONES, 2 * (WARM_UP + ROUNDS * TURNS)):
        raise SystemExit(f"{rows} are stored.")


if __name__ == "__main__":
    if "--inside" in sys.argv:
        set_the_stage()
    else:
        main()
