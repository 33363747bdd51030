"""What lies where under $LIFERAFT_VAR."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Var:
    """The folder that holds everything one copy of Liferaft writes."""

    root: Path

    @classmethod
    def prepare(cls, root: Path) -> "Var":
        """Make the folders that are missing, and only those; permissions of what is there are left alone."""
        if not root.exists():
            root.mkdir(parents=True)
            # Others may walk through, so that root can hand the database to another user, but not look around.
            root.chmod(0o711)
        var = cls(root.resolve())
        for folder in (var.run, var.log):
            folder.mkdir(mode=0o700, exist_ok=True)
        return var

    @property
    def run(self) -> Path:
        """Locks, and the pipe that tells the database's guard that somebody still needs it."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def keys(self) -> Path:
        return self.root / "secrets.env"

    @property
    def ports(self) -> Path:
        return self.root / "ports.env"

    @property
    def test(self) -> Path:
        """Where the test run keeps its own throwaway database."""
        return self.root / "test"
