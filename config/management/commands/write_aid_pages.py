"""Writes docs/aid-steps.md and docs/aid-matrix.md anew from the tables of statuses, steps and roles."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config import aid_pages


class Command(BaseCommand):
    requires_system_checks = []
    help = "Write docs/aid-steps.md and docs/aid-matrix.md: how a request goes, and who may do what with it."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, page in aid_pages.PAGES.items():
            place = Path(settings.BASE_DIR) / "docs" / name
            place.write_text(page(), encoding="utf-8")
            self.stdout.write(f"{place} is written.")
