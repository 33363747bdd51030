"""What a log may hold: who has a link may come in, so the keys in addresses stay out."""

import logging
import re
from typing import Any

# A supporter's letter, link and new mail address, a worker's link, a reader's links, a one-time link of staff, a new
# password.
_KEY = re.compile(
    r"(/(?:giving(?:/open|/email)?|aid/link|subscribe/(?:confirm|back|preferences)|unsubscribe|enrol|key)/)[^/\s'\"<>]{16,}"
)


class WithoutKeys(logging.Filter):
    """Takes the keys out of addresses, also of those that are refused: a wrong step on a good link is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        short = _KEY.sub(r"\1…", said)
        if short != said:
            record.msg, record.args = short, ()
        return True


class WithoutRows(logging.Formatter):
    """Keeps of an error's words the first line: on the next ones a database quotes the row, with whoever is in it."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library calls it so
        told = super().formatException(ei)
        error: BaseException | None = ei[1]
        while error is not None:
            first, _, more = str(error).partition("\n")
            told = told.replace(str(error), first) if more else told
            error = error.__cause__ or error.__context__
        return _KEY.sub(r"\1…", told)


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "config.logs.WithoutRows", "fmt": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "filters": {"keys": {"()": "config.logs.WithoutKeys"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["keys"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "WARNING"},
        # They tell of each step of their work.
        "weasyprint.progress": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # Its warnings quote what there is no font for: that may be a name.
        "weasyprint": {"level": "ERROR"},
        "django-q": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
