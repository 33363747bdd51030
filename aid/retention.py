"""For how many days each class of data is kept: a row that operators change, or what a group starts with."""

from aid.classes import DEFAULT_DAYS, DataClass
from aid.models import RetentionRule


def days(data_class: DataClass) -> int:
    """Return for how many days this class is kept."""
    rule = RetentionRule.objects.filter(pk=data_class).first()
    return rule.days if rule else DEFAULT_DAYS[data_class]
