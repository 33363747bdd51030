"""The environment variables that the product reads, for the demo and for tests. What the caller has set wins."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from supervisor import browser, envfile, keys
from supervisor.folders import REPOSITORY, Var
from supervisor.ports import Ports

# Of no use to anybody: tests must give the same result everywhere.
TEST_KEYS = {
    "SECRET_KEY": "test-secret-key-of-no-use-to-anybody-0123456789-abcdefghij",
    "SEALING_KEYS": "t1:dGVzdHNlYWxpbmdrZXkwMTIzNDU2Nzg5YWJjZGVmZ2g=",
    "LOOKUP_KEY": "dGVzdGxvb2t1cGtleTAxMjM0NTY3ODlhYmNkZWZnaGk=",
    "STRIPE_SECRET_KEY": "sk_test_of_no_use_to_anybody",
    "STRIPE_WEBHOOK_SECRETS": "whsec_test_of_no_use_to_anybody",
}
# Passed on to tests and checks; everything else of the caller's stays outside, a real Stripe key first of all.
TEST_PASSES = ("PATH", "HOME", "USER", "LANG", "TERM", "COLUMNS", "NO_COLOR", "CI", "TMPDIR", "PYTHONWARNINGS")


@dataclass(frozen=True)
class Needs:
    """What has to be started here, because nothing real was configured for it."""

    database: bool
    stripe: bool
    mailbox: bool

    @property
    def sandbox(self) -> bool:
        return self.stripe or self.mailbox

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Needs":
        demo = is_demo(given)
        return cls(
            database=not given.get("DATABASE_URL"),
            stripe=demo and not given.get("STRIPE_SECRET_KEY"),
            mailbox=demo and not given.get("EMAIL_URL"),
        )


def given() -> dict[str, str]:
    """Return what the caller has set, in the environment or in the file .env; empty values count as not set."""
    return envfile.read(REPOSITORY / ".env") | {name: value for name, value in os.environ.items() if value}


def is_demo(values: Mapping[str, str]) -> bool:
    return values.get("LIFERAFT_ENV", "demo") == "demo"


def for_server(var: Var, ports: Ports, database_url: str) -> dict[str, str]:
    """Return the environment of web, worker and manage.py."""
    caller = given()
    common = {"LIFERAFT_VAR": str(var.root), "DATABASE_URL": database_url, "PYTHONUNBUFFERED": "1"}
    if not is_demo(caller):
        return common | caller  # the settings refuse to start without the rest, and name it
    needs = Needs.of(caller)
    secrets = keys.kept(var)
    values = common | {
        "LIFERAFT_ENV": "demo",
        "SITE_URL": f"http://localhost:{ports.web}",
        "SECRET_KEY": secrets["SECRET_KEY"],
        "SEALING_KEYS": secrets["SEALING_KEYS"],
        "LOOKUP_KEY": secrets["LOOKUP_KEY"],
        "MAIL_FROM": "Liferaft <hello@liferaft.example>",
    }
    sandbox = f"http://localhost:{ports.sandbox}"
    if needs.stripe:
        values |= {
            "STRIPE_SECRET_KEY": secrets["SANDBOX_STRIPE_KEY"],
            "STRIPE_API_URL": f"http://127.0.0.1:{ports.sandbox}",
            "CLOCK_FILE": str(var.root / "sandbox" / "clock"),
        }
        if not caller.get("STRIPE_WEBHOOK_SECRET"):
            values["STRIPE_WEBHOOK_SECRETS"] = secrets["SANDBOX_WEBHOOK_SECRET"]
    if needs.mailbox:
        values["EMAIL_URL"] = f"smtp://127.0.0.1:{ports.mailbox}"
        if not caller.get("MAIL_WEBHOOK_SERVICE"):
            # The sandbox tells of what comes back later, in Mailgun's way.
            values |= {"MAIL_WEBHOOK_SERVICE": "mailgun", "MAIL_WEBHOOK_KEY": secrets["SANDBOX_WEBHOOK_SECRET"]}
    if needs.sandbox:
        values["SANDBOX_URL"] = sandbox
    return values | caller


def for_sandbox(var: Var, ports: Ports, environment: Mapping[str, str]) -> dict[str, str]:
    folder = var.root / "sandbox"
    folder.mkdir(mode=0o700, exist_ok=True)
    secrets = keys.kept(var)
    return dict(environment) | {
        "SANDBOX_PORT": str(ports.sandbox),
        "SANDBOX_SMTP_PORT": str(ports.mailbox),
        "SANDBOX_VAR": str(folder),
        "SANDBOX_CLOCK_FILE": str(folder / "clock"),
        "SANDBOX_STRIPE_KEY": secrets["SANDBOX_STRIPE_KEY"],
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{ports.web}/webhooks/stripe/",
        "SANDBOX_WEBHOOK_SECRET": secrets["SANDBOX_WEBHOOK_SECRET"],
    }


def for_tests(var: Var, database_url: str) -> dict[str, str]:
    """Return the environment of tests and checks.

    :param var: the folder of the test run, never the one with the demo's data
    """
    passed = {name: os.environ[name] for name in TEST_PASSES if name in os.environ}
    return (
        passed
        | TEST_KEYS
        | {
            "LIFERAFT_ENV": "test",
            "LIFERAFT_VAR": str(var.root),
            "SITE_URL": "http://localhost:8000",
            "DATABASE_URL": database_url,
            "EMAIL_URL": "smtp://127.0.0.1:9",  # the port that discards: a test that gets there has no mailbox of its own
            "MAIL_FROM": "Liferaft <hello@liferaft.example>",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LIFERAFT_BROWSER": browser.found() or "",
            "PYTHONUNBUFFERED": "1",
        }
    )
