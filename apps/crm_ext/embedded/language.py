"""Words, digits and dates of the page in the reader's language, from the app's own translations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from crm_ext.shared.calendars import format_jalali
from crm_ext.shared.text import _lt, to_persian_digits, to_persian_number

_LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "locale"
_SCALES = ((10**12, _lt("{0} T")), (10**9, _lt("{0} B")), (10**6, _lt("{0} M")), (10**3, _lt("{0} k")))


@dataclass(frozen=True)
class Language:
    """code: 'en', or the name of a file in the app's locale folder such as 'fa'."""

    code: str

    @property
    def direction(self) -> str:
        return "rtl" if self.code == "fa" else "ltr"

    @cached_property
    def _catalog(self) -> dict[str, str]:
        path = _LOCALE_FOLDER / f"{self.code}.po"
        if self.code == "en" or not path.exists():
            return {}
        from babel.messages.pofile import read_po

        with path.open("rb") as file:
            return {message.id: message.string for message in read_po(file) if message.string}

    @property
    def translate(self) -> Callable[..., str]:
        """The `_` of templates: `_("{0} of {1}", a, b)`."""

        def _(text: str, *values: object) -> str:
            translated = self._catalog.get(text, text)
            return translated.format(*values) if values else translated

        return _

    def day(self, value: date | None) -> str:
        if value is None:
            return ""
        return format_jalali(value) if self.code == "fa" else value.isoformat()

    def digits(self, text: str) -> str:
        return to_persian_digits(text) if self.code == "fa" else text

    def number(self, value: Decimal | float | int | None, decimals: int = 0) -> str:
        if value is None:
            return "–"
        text = f"{value:,.{decimals}f}"
        return to_persian_number(text) if self.code == "fa" else text

    def percent(self, value: Decimal | float | None) -> str:
        return "–" if value is None else self.number(float(value) * 100) + (" ٪" if self.code == "fa" else " %")

    def short(self, value: Decimal | float | None) -> str:
        """'1.2 M': for axes and labels of pictures."""
        if value is None:
            return "–"
        for size, words in _SCALES:
            if abs(value) >= size:
                return self.translate(words, self.number(float(value) / size, 1))
        return self.number(value)
