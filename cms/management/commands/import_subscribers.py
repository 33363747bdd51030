"""Take in a list of readers from another program."""

import csv
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cms.readers.files import taking_in
from cms.readers.files.dates import Order
from cms.readers.files.shapes import Refusal
from cms.readers.files.tables import Unreadable
from cms.readers.files.taking_in import Asked, Taken
from core import clock
from organisation import exports

_PROGRESS = 10_000
_MOST_NAMES = 10


class Command(BaseCommand):
    """``import_subscribers CSV [--dry-run] [--source NAME] [--dates ORDER] [--report FILE]``."""

    help = (
        "Take in a list of readers from Mailchimp, MailPoet, Substack or a plain table (email, language, topics, "
        "consented_at). All of it or nothing; run it again at any time: what is here already stays as it is, and who "
        "left or whose letters come back is never brought back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="CSV", help="one file of the export, unpacked")
        parser.add_argument("--dry-run", action="store_true", help="say what would become of it; write nothing")
        parser.add_argument(
            "--source",
            default="",
            help="where consent comes from, for rows of which the file does not say when it was given",
        )
        parser.add_argument(
            "--dates", type=Order, choices=list(Order)[1:], default=Order.UNCLEAR, help="what 3/4/2021 is in this file"
        )
        parser.add_argument("--report", type=Path, help="write the refused rows with their addresses to this CSV file")

    def handle(self, *args: object, **options: object) -> None:
        source, report = options["file"], options["report"]
        assert isinstance(source, Path)  # noqa: S101 - argparse made it
        if isinstance(report, Path) and (report.is_dir() or not report.parent.is_dir() or _is_it(report, source)):
            raise CommandError(f"{report}: the report cannot be written there.")
        try:
            with source.open("rb") as file, _told(report if isinstance(report, Path) else None) as tell:
                asked = Asked(
                    file=file,
                    file_name=source.name,
                    source=" ".join(str(options["source"]).split()),
                    order=Order(str(options["dates"])),
                    is_dry=bool(options["dry_run"]),
                )
                taken = taking_in.take_in(asked, by=None, at=clock.now(), tell=tell, progress=self._progress)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        except Unreadable as error:
            raise CommandError(f"{source}: {error} Nothing was written.") from error
        self.stdout.write("\n".join(_summary(source, taken, is_dry=asked.is_dry)))

    def _progress(self, rows: int) -> None:
        if rows % _PROGRESS < self._before:
            self.stdout.write(f"{rows:,} rows")
            self.stdout.flush()
        self._before = rows % _PROGRESS

    _before = 0


@contextmanager
def _told(report: Path | None) -> Iterator[Callable[[int, str, Refusal], None]]:
    """Write each refused row to the report; without one, addresses go nowhere."""
    if report is None:
        yield lambda _number, _address, _why: None
        return
    # Addresses are nobody else's to read.
    report.touch(mode=0o600)
    with report.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "address", "reason", "in words"])
        yield lambda number, address, why: writer.writerow(
            [number, exports.disarmed(address), why.value, str(why.label)]
        )


def _is_it(report: Path, source: Path) -> bool:
    """Whether both are one file, by whatever path: the report would be written over the list."""
    return report.exists() and source.exists() and report.samefile(source)


def _summary(source: Path, taken: Taken, *, is_dry: bool) -> Iterator[str]:
    yield f"{source.name}: {taken.shape or 'a plain table'}, {taken.rows:,} rows"
    yield f"  {taken.joined:,} {'would join' if is_dry else 'joined'}"
    yield f"  {taken.already:,} as they are here already"
    yield f"  {taken.left:,} {'would leave' if is_dry else 'left'}: they said no there, or cannot be reached"
    yield f"  {taken.kept_out:,} not subscribed here, and kept as a hash so that no other list brings them in"
    yield f"  {taken.refusals:,} refused"
    for why, count in taken.refused.most_common():
        yield f"    {count:,}: {why.label}"
    if taken.no_topics:
        names = ", ".join(f"{name} ({count:,})" for name, count in taken.no_topics.most_common(_MOST_NAMES))
        yield f"  Names that are no topic here, and were left aside: {names}"
    if is_dry:
        yield "This was a dry run: nothing was written."
