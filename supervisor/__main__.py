"""The commands behind script/*: `python -m supervisor COMMAND`."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from supervisor import browser, checks, children, database, environment, locks, server
from supervisor.cluster import NoDatabase
from supervisor.crew import say
from supervisor.folders import REPOSITORY, Var
from supervisor.ports import Ports, PortTaken

NOWHERE = "postgresql://postgres@/liferaft?host=/nowhere"  # for checks that read the settings but no table


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m supervisor", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        var = Var.prepare(Path(os.environ.get("LIFERAFT_VAR") or REPOSITORY / "var"))
        return COMMANDS[options.command](var, options.arguments)
    except (NoDatabase, PortTaken, server.CannotRun, children.StepFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"{error.filename} belongs to another user. Use another LIFERAFT_VAR, or be that user.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run_server(var: Var, arguments: Sequence[str]) -> int:
    """Run Liferaft until it is stopped."""
    if arguments:
        print("script/server takes no arguments; see docs/running.md for its environment.", file=sys.stderr)
        return 2
    server.run(var)
    return 0


def manage(var: Var, arguments: Sequence[str]) -> NoReturn:
    """Become manage.py, in the folder the caller is in."""
    become(var, server.manage(*arguments))


def run(var: Var, arguments: Sequence[str]) -> NoReturn:
    """Become any command, with the product's environment and database."""
    become(var, arguments)


def become(var: Var, command: Sequence[str]) -> NoReturn:
    url = environment.given().get("DATABASE_URL")
    if not url:
        lease = database.join(var)
        lease.hand_over()
        url = lease.url
    values = environment.for_server(var, Ports.last_used(var, environment.given()), url)
    os.chdir(values.get("LIFERAFT_CALLED_FROM", REPOSITORY))
    os.execvpe(command[0], list(command), _with_repository(values))  # noqa: S606 - no shell is the point


def lint(var: Var, arguments: Sequence[str]) -> int:
    """Run the checks that need no database; with --fix put right first what a machine can put right."""
    values = environment.for_tests(Var.prepare(var.test), NOWHERE)
    if "--fix" in arguments:
        checks.run(checks.repairs(), values)
    return checks.report(checks.run(checks.static(), values))


def test(var: Var, arguments: Sequence[str]) -> int:
    """Run every check and the test suite, on a database that is thrown away."""
    test = Var.prepare(var.test)
    lock = locks.take(test.run / "test.lock")
    if lock is None:
        say("test", f"another test run is using {test.root}; waiting for it to end")
        lock = locks.take(test.run / "test.lock", wait=3600)
    database.discard(test)
    lease = database.join(test, database.THROWAWAY)
    try:
        values = environment.for_tests(test, lease.url)
        failed = [] if os.environ.get("LIFERAFT_TEST_ONLY") else checks.run(checks.static(), values)
        failed += checks.run(checks.dynamic(arguments), values)
    finally:
        database.leave(test, lease)
    return checks.report(failed)


def find_browser(var: Var, arguments: Sequence[str]) -> int:
    """Print the path of a browser that the tests can use."""
    print(browser.found() or "")
    return 0


def _with_repository(values: Mapping[str, str]) -> dict[str, str]:
    """Let Python find our packages from whatever folder the caller is in."""
    path = [str(REPOSITORY), *filter(None, [values.get("PYTHONPATH")])]
    return dict(values) | {"PYTHONPATH": os.pathsep.join(path)}


COMMANDS = {
    "server": run_server,
    "manage": manage,
    "run": run,
    "lint": lint,
    "test": test,
    "browser": find_browser,
}

if __name__ == "__main__":
    sys.exit(main())
