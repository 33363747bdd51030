"""The file of readers that leaves the desk: its columns, in the names that an import knows again."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cms.models import Subscriber
from organisation import exports

# So many rows are fetched at a time.
_SLICE = 1000


def table(title: str, rows: QuerySet[Subscriber]) -> exports.Table:
    """Return these readers as a table, with when and where they agreed."""
    columns = [
        _("E-mail address"),
        _("State"),
        _("Language"),
        _("Topics"),
        _("Paused until"),
        _("Source"),
        _("Source in detail"),
        _("Known since"),
        _("Said yes"),
        _("Left at"),
        _("How they left"),
    ]
    return exports.Table(title, columns, _cells(rows))


def _cells(rows: QuerySet[Subscriber]) -> Iterator[list[exports.Cell]]:
    for reader in rows.prefetch_related("topics").iterator(chunk_size=_SLICE):
        yield [
            reader.email,
            str(reader.get_state_display()),
            reader.language,
            ", ".join(sorted(topic.name for topic in reader.topics.all())),
            reader.paused_until,
            str(reader.get_source_display()),
            reader.source_detail,
            reader.created_at,
            reader.consented_at,
            reader.left_at,
            str(reader.get_left_by_display()),
        ]
