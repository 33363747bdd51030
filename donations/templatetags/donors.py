"""What the desk's templates say of a donor."""

from django import template
from moneyed import Money

from core.money import from_minor
from donations.models import Donor

_GIVEN = "given_"

register = template.Library()


@register.filter
def given(donor: Donor) -> list[Money]:
    """Return what a donor of ``desk_finding.with_sums`` gave, in each currency in which they gave anything."""
    sums = {name.removeprefix(_GIVEN).upper(): minor for name, minor in vars(donor).items() if name.startswith(_GIVEN)}
    return [from_minor(minor, code) for code, minor in sums.items() if minor]
