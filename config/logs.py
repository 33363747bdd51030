"""What a log may hold: who has a link may come in, so the keys in addresses stay out."""

import logging
import re

# A supporter's letter, link and new mail address, a worker's link, a one-time link of staff, a new password.
_KEY = re.compile(r"(/(?:giving(?:/open|/email)?|aid/link|enrol|key)/)[^/\s'\"<>]{16,}")


class WithoutKeys(logging.Filter):
    """Takes the keys out of addresses, also of those that are refused: a wrong step on a good link is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        short = _KEY.sub(r"\1…", said)
        if short != said:
            record.msg, record.args = short, ()
        return True
