"""Fields that take what people type on a phone: pasted text, counts with commas, percentages with a sign."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_COUNT = re.compile(r"\d{1,3}(?:[,. ]\d{3})+|\d+", re.ASCII)
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d{1,4})?", re.ASCII)
_WHOLE = 100
_NOT_TYPED = {"Cc", "Cs"}  # control characters and halves of characters: only programs send them
_OFF: dict[str, Any] = {"autocomplete": "off", "spellcheck": "false"}


class OwnWords(forms.CharField):
    """Text in a worker's own words, in any script. What no keyboard types is left out; a line's end counts once."""

    def __init__(self, *, rows: int = 0, **kwargs: Any) -> None:
        """
        :param rows: lines of the box; none for one line
        """
        self.rows = rows
        if rows:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows, "autocomplete": "off"}))
        else:
            kwargs.setdefault("widget", forms.TextInput(attrs=dict(_OFF)))
        errors = {
            "max_length": _(
                "This is %(show_value)d characters long, and we can take %(limit_value)d. Please make it shorter."
            )
        }
        super().__init__(**kwargs | {"error_messages": errors | kwargs.get("error_messages", {})})

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not isinstance(text, str):
            return text
        lines = re.sub(r"\r\n?", "\n", text)
        kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in _NOT_TYPED)
        return kept.strip() if self.rows else " ".join(kept.split())


class CountField(OwnWords):
    """A count of things, as typed: ``1200``, ``1,200``, ``1 200``. None if it was left empty."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(
            max_length=20, widget=forms.TextInput(attrs=_OFF | {"inputmode": "numeric", "class": "short"}), **kwargs
        )
        self.most = most

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        if not _COUNT.fullmatch(typed):
            raise forms.ValidationError(_("Please type the number in digits, for example 120. A guess is fine."))
        count = int(re.sub(r"\D", "", typed))
        if count > self.most:
            raise forms.ValidationError(_("This number is very large. Please check it."))
        return count


class PercentField(OwnWords):
    """A percentage, as typed: ``99``, ``98.7``, ``98,7 %``. None if it was left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=20, widget=forms.TextInput(attrs=_OFF | {"inputmode": "decimal", "class": "short"}), **kwargs
        )

    def clean(self, value: Any) -> Any:
        typed = str(super().clean(value)).replace("%", "").replace(" ", "")
        if not typed:
            return None
        if not _PERCENT.fullmatch(typed):
            raise forms.ValidationError(_("Please type the rate in digits, for example 98.5."))
        rate = Decimal(typed.replace(",", ".")).quantize(Decimal("0.1"))
        if rate > _WHOLE:
            raise forms.ValidationError(_("A rate is at most 100 per cent. Please check it."))
        return rate
