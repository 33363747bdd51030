"""Writes docs/data-map.md anew from the packages' maps."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from config import data_map


class Command(BaseCommand):
    requires_system_checks = []
    help = "Write docs/data-map.md: every field, how delicate it is, what for, and how long it is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        gaps = data_map.gaps()
        if gaps:
            raise CommandError("\n".join(gaps))
        place = Path(settings.BASE_DIR) / "docs" / "data-map.md"
        with translation.override("en"):
            place.write_text(data_map.page(), encoding="utf-8")
        self.stdout.write(f"{place} tells of {len(data_map.MAP)} models.")
