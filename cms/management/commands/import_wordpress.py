"""Bring pages over from WordPress."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cms.wordpress import placing, reading
from cms.wordpress.media import Media
from cms.wordpress.report import PageReport, Report
from core import clock


class Command(BaseCommand):
    """``import_wordpress SOURCE [--dry-run] [--report FILE] [--media DIR]``."""

    help = (
        "Bring pages and posts over from WordPress. Run it again at any time: what is here already stays as it is, "
        "and what editors changed here is never overwritten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source", type=Path, help="a REST JSON file (one record or a list), an export (WXR), or a folder of them"
        )
        parser.add_argument("--dry-run", action="store_true", help="do everything, say it, and take it back")
        parser.add_argument("--report", type=Path, help="write the report as JSON to this file, too")
        parser.add_argument("--media", type=Path, help="folder with the old site's files (wp-content/uploads)")

    def handle(self, *args: object, **options: object) -> None:
        source, target, media = options["source"], options["report"], options["media"]
        assert isinstance(source, Path)  # noqa: S101 - argparse made it
        if isinstance(target, Path) and (target.is_dir() or not target.parent.is_dir()):
            raise CommandError(f"{target}: the report cannot be written there.")
        if isinstance(media, Path) and not media.is_dir():
            raise CommandError(f"{media}: there is no such folder.")
        try:
            found = reading.read(source)
        except reading.NotReadable as error:
            raise CommandError(str(error)) from error
        report = Report(source=str(source), is_dry=bool(options["dry_run"]), left_out=found.left_out)

        def tell(page: PageReport) -> None:
            report.pages.append(page)
            self.stdout.write("\n".join(page.lines()))

        folder = media if isinstance(media, Path) else None
        placing.place_all(reading=found, media=Media(folder, report.is_dry), at=clock.now(), tell=tell)
        self.stdout.write(report.summary())
        if isinstance(target, Path):
            target.write_text(report.json(), encoding="utf-8")
        if report.refused:
            raise CommandError(
                f"{source}: {len(report.refused)} of {len(report.pages)} records could not come in, see above."
            )
