"""Stands before Django's command of this name: a superuser would pass every check, also those that guard cases."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Not in Liferaft: nobody is a superuser. Use create_admin."

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Nobody is a superuser in Liferaft. Use: create_admin EMAIL")
