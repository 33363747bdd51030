"""The step of Wagtail's workflow at which a second person agrees to send an issue."""

from wagtail.models import Task


class SecondPerson(Task):
    """Whoever may send letters and did not ask for it."""
