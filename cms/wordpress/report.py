"""What an import did, for people and for programs."""

import json
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cms.wordpress.pieces import Gap


class Outcome(StrEnum):
    """What became of a record."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # an editor changed or deleted the page here: the import leaves it alone
    REFUSED = "refused"


@dataclass
class PageReport:
    """One record: what became of it, of what blocks it is made, what is missing and what was dropped."""

    name: str
    outcome: Outcome
    wp_id: int | None = None
    title: str = ""
    page_type: str = ""
    address: str = ""
    is_live: bool = True
    blocks: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Say it in lines of text."""
        what = f"{self.wp_id} “{self.title}”" if self.wp_id else self.name
        lines = [f"{self.outcome:10} {what}"]
        if self.address:
            lines[0] += f" → {self.address} ({self.page_type}{'' if self.is_live else ', draft'})"
        if self.blocks:
            lines.append("  blocks:  " + ", ".join(f"{count} {name}" for name, count in sorted(self.blocks.items())))
        if self.dropped:
            lines.append("  dropped: " + ", ".join(f"{count} {name}" for name, count in sorted(self.dropped.items())))
        lines += [f"  gap:     {gap.kind} {gap.what}: {gap.why}" for gap in self.gaps]
        lines += [f"  note:    {note}" for note in self.notes]
        return lines

    def as_data(self) -> dict[str, Any]:
        """Say it in plain data."""
        return {
            "record": self.name,
            "outcome": str(self.outcome),
            "wp_id": self.wp_id,
            "title": self.title,
            "type": self.page_type,
            "address": self.address,
            "live": self.is_live,
            "blocks": dict(self.blocks),
            "gaps": [{"kind": gap.kind, "what": gap.what, "why": gap.why} for gap in self.gaps],
            "dropped": dict(self.dropped),
            "notes": self.notes,
        }


@dataclass
class Report:
    """All records of one run."""

    source: str
    is_dry: bool
    pages: list[PageReport] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def counts(self) -> Counter[str]:
        return Counter(str(page.outcome) for page in self.pages)

    @property
    def refused(self) -> list[PageReport]:
        return [page for page in self.pages if page.outcome is Outcome.REFUSED]

    def summary(self) -> str:
        """Return the last lines for people: how many of each, and whether anything was written."""
        gaps = sum(len(page.gaps) for page in self.pages)
        total = ", ".join(f"{self.counts[str(outcome)]} {outcome}" for outcome in Outcome)
        rest = ", ".join(f"{count} {kind}" for kind, count in sorted(self.left_out.items()))
        left_out = f"\nNot pages, left out: {rest}." if rest else ""
        ending = "\nThis was a dry run: nothing was written." if self.is_dry else ""
        return f"{total}. Gaps: {gaps}.{left_out}{ending}"

    def json(self) -> str:
        """Return the report as programs read it."""
        data = {
            "source": self.source,
            "dry_run": self.is_dry,
            "counts": dict(self.counts),
            "left_out": dict(self.left_out),
            "pages": [page.as_data() for page in self.pages],
        }
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
