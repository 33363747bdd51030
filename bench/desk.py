"""The caseworker's queue and the page of a case, with 5,000 cases, against bare views that show the same rows.

Both are asked in this process, in turns, because machines are noisy; what counts is the median of each. The bare views
are Django functions without middleware, session, menu and permissions: one query for the rows of a page and a plain
table of them; one query for a request and its words. Ours is the page as a browser gets it, signed in. Counted beside
it: how many queries each page makes, which must stay under 15, Wagtail's own among them.

The cases are written straight into the tables, past the triggers that want each to begin as a draft, in a database that
is made for this and dropped. ``--cases 50000`` is the rehearsal of a large wave.
"""

import argparse
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

ROUNDS = 40
WARM_UP = 3
MOST_QUERIES = 14
PER_PAGE = 50
AT = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
STORY = "My account was closed over night, without a reason. I had worked there for six years, and the rent is due."
BARE_QUEUE = """<!doctype html><title>Cases</title><table>{% for row in rows %}<tr><td>{{ row.case.short }}</td>
<td>{{ row.case.kind }}</td><td>{{ row.due_on }}</td><td>{{ row.status }}</td><td>{{ row.amount_minor }}</td>
<td>{{ row.taken_by }}</td></tr>{% endfor %}</table>"""
BARE_CASE = """<!doctype html><title>Case</title><h1>{{ row.case.short }}</h1><p>{{ row.status }}, {{ row.due_on }},
{{ row.amount_minor }}</p><p>{{ story }}</p>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        import django

        django.setup()
        measure(asked.cases)
        return
    with with_a_database() as environment:
        environment["SITE_URL"] = "http://localhost"
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        subprocess.run([sys.executable, "manage.py", "createcachetable"], env=environment, check=True)
        inside = [sys.executable, __file__, "--inside", "--cases", str(asked.cases)]
        subprocess.run(inside, env=environment, check=True)


def measure(cases: int) -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext, setup_test_environment
    from django.urls import reverse

    setup_test_environment(debug=False)
    settings.SECOND_FACTOR_REQUIRED = False
    carl, shown = write(cases)
    browser = Client()
    browser.force_login(carl)
    pages = {"queue": reverse("aid_cases"), "case": reverse("aid_case", args=[shown.pk])}
    result: dict[str, Any] = {"bench": "desk", "cases": cases, "unit": "queue and case/s"}
    for name, address in pages.items():
        fetch(browser, address)
        with CaptureQueriesContext(connection) as asked:
            body = fetch(browser, address)
        result[f"{name}_queries"] = len(asked)
        if len(asked) > MOST_QUERIES or shown.case.short not in body:
            raise SystemExit(f"The {name} page makes {len(asked)} queries, or does not show the case.")
    works: dict[str, Callable[[], object]] = {
        "queue": lambda: fetch(browser, pages["queue"]),
        "case": lambda: fetch(browser, pages["case"]),
        "bare_queue": bare_queue,
        "bare_case": lambda: bare_case(shown.pk),
    }
    seconds = in_turns(works)
    result |= {f"{name}_ms": round(value * 1000, 1) for name, value in seconds.items()}
    ours, reference = (1 / (seconds[one] + seconds[other]) for one, other in (("queue", "case"), _BARE))
    result |= {"ours": round(ours, 1), "reference": round(reference, 1), "ratio": round(ours / reference, 4)}
    print(json.dumps(result))


_BARE = ("bare_queue", "bare_case")


def in_turns(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Do each work in turns; return the median of its seconds."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(WARM_UP + ROUNDS):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if number >= WARM_UP:
                taken[name].append(time.perf_counter() - began)
    for name, found in taken.items():
        print(f"{name}: {min(found) * 1000:.1f} to {max(found) * 1000:.1f} ms", file=sys.stderr)
    return {name: statistics.median(found) for name, found in taken.items()}


def fetch(browser: Any, address: str) -> str:
    answer = browser.get(address, HTTP_HOST="localhost")
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code} {answer.headers.get('Location', '')}.")
    return str(answer.content.decode())


def bare_queue() -> str:
    from django.template import engines

    from aid.models import AidRequest

    rows = AidRequest.objects.select_related("case", "taken_by").order_by("due_on", "pk")[:PER_PAGE]
    return str(engines["django"].from_string(BARE_QUEUE).render({"rows": rows}))


def bare_case(pk: Any) -> str:
    from django.template import engines

    from aid import holding
    from aid.models import AidRequest

    row = AidRequest.objects.select_related("case").get(pk=pk)
    return str(engines["django"].from_string(BARE_CASE).render({"row": row, "story": holding.get(row, "story")}))


def write(cases: int) -> tuple[Any, Any]:
    """Write a caseworker and cases in every open status; return the caseworker and the case that is due first, in their hands."""
    from django.db import connection

    from aid import policy
    from aid.models import AidRequest, Case, Message, Note, Person
    from ledger.models import Fund
    from organisation import roles
    from organisation.models import Organisation, User

    Organisation.objects.create(pk=1, name="Bench", email="post@bench.example")
    fund = Fund.objects.create(slug="aid", name="Aid", is_restricted=True)
    carl = User.objects.create_user(username="carl", email="carl@bench.example", name="Carl")
    roles.grant(user=carl, role="caseworker", by=None, at=AT)
    rules = policy.in_force(fund)
    rules.made_at = AT
    rules.save()
    people = Person.objects.bulk_create(Person() for _number in range(cases))
    made = [a_case(number, person) for number, person in enumerate(people)]
    requests = [a_request(number, case, fund, rules, carl) for number, case in enumerate(made)]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        Case.objects.bulk_create(made, batch_size=1000)
        AidRequest.objects.bulk_create(requests, batch_size=1000)
        Message.objects.bulk_create(said(Message(case=case, sender="worker", at=AT)) for case in made[::3])
        Note.objects.bulk_create(said(Note(case=case, author=carl, at=AT)) for case in made[::5])
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    Message.objects.filter(case=made[0]).update(seen_at=AT)
    return carl, requests[0]


def a_case(number: int, person: Any) -> Any:
    """Every hundredth looks like another: so many share a Worker ID."""
    from aid import holding
    from aid.models import Case

    case = Case(
        person=person,
        words_fingerprint=number.to_bytes(32),
        created_at=AT,
        kind=("suspension", "rejection", "other")[number % 3],
        country="us",
        tenure="3_to_10",
        came_in_surge=number % 2 == 0,
    )
    holding.put_worker_id(case, f"A{number % 100 if number % 100 == 0 else number}BENCH")
    holding.put_email(case, f"worker{number}@bench.example")
    return case


def a_request(number: int, case: Any, fund: Any, rules: Any, carl: Any) -> Any:
    from aid import holding
    from aid.models import AidRequest

    status = ("in_review", "received", "needs_info", "in_review", "confirmed")[number % 5]
    request = AidRequest(
        case=case,
        fund=fund,
        policy=rules if status != "received" else None,
        status=status,
        version=2,
        needs=["rent"],
        amount_minor=1000 + number,
        currency="USD",
        pay_method="paypal",
        submitted_at=AT + timedelta(minutes=number),
        due_on=(AT + timedelta(days=7, minutes=number)).date(),
        taken_by=carl if number % 10 == 0 else None,
    )
    holding.put_story(request, f"{STORY} ({number})")
    holding.put_pay_to(request, f"worker{number}@pay.example")
    return request


def said(row: Any) -> Any:
    from aid import holding

    holding.put(row, "body", "Is there any news?")
    return row


if __name__ == "__main__":
    main()
