"""What a check says: fine, look at it, or it stops the sending."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Level(StrEnum):
    """How bad it is. ``UNKNOWN``: could not be found out, which stops nothing."""

    FINE = "fine"
    UNKNOWN = "unknown"
    LOOK = "look"
    STOPS = "stops"


LABELS = {
    Level.FINE: _("fine"),
    Level.UNKNOWN: _("not known"),
    Level.LOOK: _("look at"),
    Level.STOPS: _("stops sending"),
}


@dataclass(frozen=True)
class Finding:
    """One line of the list. ``items``: where it is, one each."""

    what: str
    level: Level
    words: str
    items: Sequence[str] = field(default_factory=tuple)

    @property
    def label(self) -> str:
        return str(LABELS[self.level])

    def kept(self) -> dict[str, Any]:
        """Return what ``read`` makes the finding of again."""
        return asdict(self) | {"level": str(self.level), "items": list(self.items)}


def read(kept: dict[str, Any]) -> Finding:
    return Finding(kept["what"], Level(kept["level"]), kept["words"], tuple(kept["items"]))
