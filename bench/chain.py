"""The sealed books of many gifts: sealed, proved, exported, checked; with the time and the memory that each takes.

The gifts are written straight into the tables, as in ``statements.py``, in a database that is made for this and dropped.
``--gifts 100000`` is the rehearsal of a large organisation.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

from bench.books import with_a_database
from bench.statements import AT, OFTEN, write_a_year


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gifts", type=int, default=5000)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--part", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside or asked.part:
        import django

        django.setup()
        if asked.part:
            _PARTS[asked.part]()
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
        else:
            measure(asked.gifts)
        return
    with with_a_database() as environment:
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], env=environment, check=True)
        inside = [sys.executable, __file__, "--inside", "--gifts", str(asked.gifts)]
        subprocess.run(inside, env=environment, check=True)


def measure(gifts: int) -> None:
    from ledger import proving, tree

    write_a_year(gifts * len(OFTEN) // sum(OFTEN))
    result: dict[str, Any] = {"bench": "chain", "unit": "leaves/s"}
    seconds = {}
    for part in _PARTS:
        seconds[part], result[f"{part}_peak_mb"] = apart(part)
        result[f"{part}_seconds"] = round(seconds[part], 1)
    many = tree.size()
    with tempfile.TemporaryDirectory() as folder:
        heads, books = Path(folder) / "heads.json", Path(folder) / "books.zip"
        heads.write_text(json.dumps(proving.all_heads()))
        result["export_seconds"] = timed(lambda: manage("export_chain", str(books)))
        result["export_mb"] = round(books.stat().st_size / 1e6, 1)
        checker = [sys.executable, "-I", "static/check_books.py", str(books), "--heads", str(heads)]
        result["check_seconds"] = timed(lambda: subprocess.run(checker, check=True, stdout=sys.stderr))
    result["audit_seconds"] = timed(lambda: manage("audit_books"))
    result["audit_peak_mb"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps(result | {"leaves": many, "ours": round(many / seconds["seal"])}))


def apart(part: str) -> tuple[float, int]:
    """Do a part in a process of its own; return its seconds and its most memory, in MB."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, "--part", part], check=True, stdout=subprocess.PIPE, text=True)
    return time.perf_counter() - began, int(done.stdout.split()[-1])


def timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return round(time.perf_counter() - began, 1)


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], check=True, stdout=sys.stderr)


def seal() -> None:
    from ledger import tree

    last, batch = 0, tree.seal_next(after=0, at=AT)
    while batch:
        last = batch.last
        batch = tree.seal_next(after=last, at=AT)
    tree.make_heads(at=AT + timedelta(days=30))


def prove() -> None:
    from ledger import tree_proofs

    if broken := list(tree_proofs.broken()):
        raise SystemExit(broken[0])


_PARTS: dict[str, Callable[[], None]] = {"seal": seal, "prove": prove}


if __name__ == "__main__":
    main()
