"""100,000 readers: taking them in, freezing to whom an issue goes, and the desk's pages, against what is no less work.

Freezing (``cms/sending/audience.py``) writes a delivery for each reader, chooses by state, pause and suppression, and
counts the equation, in one statement. The reference is a bare INSERT ... SELECT of the same rows into the same table, past
the same triggers and constraints, without any condition and any count. Both are done in turns, to the end of the
deferred checks, and taken back; in the end one is kept, and the desk's pages are asked with all its deliveries.

The limits: 5 seconds for freezing, 300 ms for a page. All in a database that is made for this and dropped.
"""

import argparse
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from bench.books import with_a_database
from bench.desk import fetch

ROUNDS = 5
PAGE_ROUNDS = 9
LIMIT_FREEZE_S = 5
LIMIT_PAGE_MS = 300
AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
BARE = """
INSERT INTO cms_delivery
    (sending_id, subscriber_id, language, domain, state, reason, due_at, attempts, claimed_by, answer)
SELECT %s, id, language, lower(split_part(email, '@', 2)), 'queued', '', %s, 0, '', '' FROM cms_subscriber ORDER BY id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        import django

        django.setup()
        measure(asked.readers)
        return
    with with_a_database() as environment:
        environment["SITE_URL"] = "http://localhost"
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, "manage.py", "createcachetable"], env=environment, check=True)
        inside = [sys.executable, __file__, "--inside", "--readers", str(asked.readers)]
        subprocess.run(inside, env=environment, check=True)


def measure(readers: int) -> None:
    from django.conf import settings
    from django.db import transaction
    from django.test.utils import setup_test_environment

    from cms.sending import audience

    setup_test_environment(debug=False)
    settings.SECOND_FACTOR_REQUIRED = False
    edith, sending = set_the_stage()
    result: dict[str, Any] = {"bench": "audience", "readers": readers, "unit": "deliveries/s"}
    result |= taken_in(readers, edith)
    seconds = in_turns(
        {
            "freeze": lambda: audience.freeze(sending, at=AT),
            "bare": lambda: bare(sending),
        }
    )
    with transaction.atomic():
        sending.refresh_from_db()
        audience.freeze(sending, at=AT)
    if sending.selected != readers or sending.selected != sending.chosen + sending.left_out:
        raise SystemExit(f"{readers} readers, selected {sending.selected} = {sending.chosen} + {sending.left_out}")
    result |= {"freeze_s": round(seconds["freeze"], 2), "limit_freeze_s": LIMIT_FREEZE_S}
    result |= pages(edith, sending) | {"limit_page_ms": LIMIT_PAGE_MS}
    ours, reference = readers / seconds["freeze"], readers / seconds["bare"]
    result |= {"ours": round(ours), "reference": round(reference), "ratio": round(ours / reference, 3)}
    print(json.dumps(result))


def set_the_stage() -> tuple[Any, Any]:
    """Two editors and an issue that one asked for and the other agreed to."""
    from cms.models import NewsletterIndexPage, NewsletterIssuePage, Topic
    from cms.sending import asking
    from organisation import roles
    from organisation.models import Organisation, User

    Organisation.objects.create(pk=1, name="Bench", email="post@bench.example")
    people = []
    for name in ("edith", "eli"):
        user = User.objects.create_user(username=name, email=f"{name}@bench.example", name=name.title())
        roles.grant(user=user, role="editor", by=None, at=AT)
        people.append(user)
    for name in ("Events", "Members"):
        Topic.objects.create(name=name)
    issue = NewsletterIssuePage(title="Newsletter 1", slug="newsletter-1", number=1, date=AT.date())
    NewsletterIndexPage.objects.get().add_child(instance=issue)
    issue.save_revision(user=people[0])
    issue.refresh_from_db()
    sending = asking.ask(issue=issue, by=people[0], to="everyone", at=AT - timedelta(hours=1))
    seen = asking.asked_for(sending)
    return people[0], asking.agree(sending=sending, by=people[1], seen=seen, at=AT - timedelta(minutes=30))


def taken_in(readers: int, edith: Any) -> dict[str, float]:
    """Take the readers in as a list of Mailchimp's; then let every fiftieth pause and every hundredth be suppressed."""
    from django.db import connection

    from cms.readers.files import taking_in

    began = time.perf_counter()
    asked = taking_in.Asked(file=io.BytesIO(a_list(readers)), file_name="members.csv")
    taken = taking_in.take_in(asked, by=edith, at=AT)
    took = time.perf_counter() - began
    if taken.joined != readers:
        raise SystemExit(f"{taken.joined} of {readers} readers were taken in.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cms_subscriber SET paused_until = '2026-06-01' WHERE id %% 50 = 0", [])
        cursor.execute(
            "INSERT INTO mail_suppression (address_index, reason, source, since) "
            "SELECT address_index, 'bounced', 'bench', now() FROM cms_subscriber WHERE id %% 100 = 7",
            [],
        )
        cursor.execute("ANALYZE")
    return {"take_in_s": round(took, 1), "take_in_rows_per_s": round(readers / took)}


def a_list(readers: int) -> bytes:
    lines = ["Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LANGUAGE,TAGS"]
    for number in range(readers):
        when = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(minutes=number * 37)
        tags = ("Events", "", "Members", "")[number % 4]
        language = "es" if number % 5 == 0 else "en"
        name = f"reader{number}@mail{number % 400}.example"
        lines.append(
            f'{name},Ann,2,"{when:%Y-%m-%d %H:%M:%S}",203.0.113.9,"{when:%Y-%m-%d %H:%M:%S}",{language},{tags}'
        )
    return "\n".join(lines).encode()


def bare(sending: Any) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(BARE, [sending.pk, AT])


def in_turns(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Do each in turns up to the commit, take it back, and return the median of its seconds."""
    from django.db import connection, transaction

    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(ROUNDS + 1):
        for name, work in works.items():
            with transaction.atomic():
                began = time.perf_counter()
                work()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                if number:  # the first round warms up
                    taken[name].append(time.perf_counter() - began)
                transaction.set_rollback(True)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM cms_delivery")
    for name, found in taken.items():
        print(f"{name}: {min(found):.2f} to {max(found):.2f} s", file=sys.stderr)
    return {name: statistics.median(found) for name, found in taken.items()}


def pages(edith: Any, sending: Any) -> dict[str, Any]:
    """Ask the desk's pages as a browser gets them, signed in; return the median of each in milliseconds, and its queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from cms.models import Subscriber

    browser = Client()
    browser.force_login(edith)
    one = Subscriber.objects.order_by("pk")[7]
    asked = {
        # What any screen of the desk costs here: this one asks for no reader.
        "frame": reverse("cms_readers_add"),
        "list": reverse("cms_readers"),
        "search_part": f"{reverse('cms_readers')}?q=der4711",
        "search_whole": f"{reverse('cms_readers')}?q={one.email}",
        "topic": f"{reverse('cms_readers')}?topic=1&state=active",
        "reader": reverse("cms_reader", args=[one.pk]),
        "growth": reverse("cms_readers_growth"),
        "sending": reverse("cms_sending", args=[sending.issue_id]),
        "letters": reverse("cms_sending_rows", args=[sending.issue_id]),
    }
    found: dict[str, Any] = {}
    for name, address in asked.items():
        fetch(browser, address)
        with CaptureQueriesContext(connection) as queries:
            fetch(browser, address)
        asked_of_database = [float(query["time"]) * 1000 for query in queries.captured_queries]
        taken = []
        for _round in range(PAGE_ROUNDS):
            began = time.perf_counter()
            fetch(browser, address)
            taken.append((time.perf_counter() - began) * 1000)
        found |= {f"{name}_ms": round(statistics.median(taken)), f"{name}_queries": len(asked_of_database)}
        told = f"{min(taken):.0f} to {max(taken):.0f} ms, slowest query {max(asked_of_database):.0f} ms"
        print(f"{name}: {told}", file=sys.stderr)
    return found


if __name__ == "__main__":
    main()
