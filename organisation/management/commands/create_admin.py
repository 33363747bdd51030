"""Make an administrator, or give one who lost the second factor a way back in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from core import clock
from organisation import enrolling, people, roles
from organisation.models import User


class Command(BaseCommand):
    help = (
        "Makes the person with this mail address an administrator and prints a one-time link by which they set a "
        "password and a second factor. For an existing account it takes the old password and second factors away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--username", help="for a new account; the part before the @ if not given")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        email = str(options["email"]).strip()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is not a mail address.") from error
        at = clock.now()
        user = User.objects.filter(email__iexact=email).first()
        if user is None:
            username = options["username"] or email.partition("@")[0]
            try:
                user = people.add(username=username, email=email, name="", by=None, at=at)
            except people.AlreadyThere as error:
                raise CommandError(f"The user name {username} is taken. Choose one with --username.") from error
        elif not user.is_active:
            raise CommandError(f"The account of {email} is closed. Another administrator can reopen it.")
        roles.grant(user=user, role="administrator", by=None, at=at)
        link = enrolling.issue_link(user=user, by=None, at=at)
        self.stderr.write(f"For {user.username} ({user.email}); works once, within 24 hours:")
        self.stdout.write(link)
