"""Words and digits as people of several scripts type them, folded to one form.

Persian keyboards differ: Arabic yeh and kaf (ي ك) stand where Persian ones (ی ک) are meant, digits come in three
scripts, and invisible joiners and marks stick to copied names. Storing one form keeps search and matching right.
"""

from __future__ import annotations

import re
import unicodedata

_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_LATIN_DIGITS = "0123456789"

_TO_LATIN = str.maketrans(
    _PERSIAN_DIGITS + _ARABIC_DIGITS + "٫٬", _LATIN_DIGITS + _LATIN_DIGITS + ".,"
)
_TO_PERSIAN = str.maketrans(_LATIN_DIGITS, _PERSIAN_DIGITS)

# Each to the letter that Persian orthography uses; Arabic text is not harmed for matching purposes.
_TO_PERSIAN_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ه", "ة": "ه", "أ": "ا", "إ": "ا", "ٱ": "ا", "ؤ": "و"}
)
# Bidirectional controls, byte order marks and joiners that carry no meaning at the edge of a name.
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")
_DIACRITICS = re.compile("[\u064b-\u065f\u0670\u0640]")  # harakat, superscript alef, tatweel
_SPACES = re.compile(r"[\s\u00a0]+")
_JOINER = "\u200c"
# Between the digits of a number: the separators of all number formats.
_SEPARATORS = re.compile(r"(?<=\d)[,.' ]{1,2}(?=\d)")


def to_latin_digits(text: str) -> str:
    """'۰۹۱۲ ٣٤٥' -> '0912 345'; the Persian decimal and thousands marks become '.' and ','."""
    return text.translate(_TO_LATIN)


def to_persian_digits(text: str) -> str:
    """'1405-08-30' -> '۱۴۰۵-۰۸-۳۰'."""
    return text.translate(_TO_PERSIAN)


def to_persian_number(text: str, decimal: str = ".") -> str:
    """'1,200.50' -> '۱٬۲۰۰٫۵۰'; decimal is the decimal separator of the text, any other separates thousands."""
    marked = _SEPARATORS.sub(lambda found: "٫" if found[0] == decimal else "٬", text)
    return to_persian_digits(marked)


def visible(text: str) -> str:
    """Without the marks that copied text carries unseen: of direction and byte order, soft hyphens, zero-width spaces."""
    return _INVISIBLE.sub("", text)


def clean_name(text: str) -> str:
    """A person's or company's name as it is stored: one form of each letter, no invisible marks, single spaces.

    The zero-width non-joiner inside a word is kept, since Persian spelling needs it.
    """
    text = unicodedata.normalize("NFC", text)
    text = visible(text).translate(_TO_PERSIAN_LETTERS)
    return _SPACES.sub(" ", text).strip(f" {_JOINER}")


def match_key(text: str) -> str:
    """What two spellings of the same name have in common: for comparing only, never stored as a name."""
    text = _DIACRITICS.sub("", clean_name(text)).replace(_JOINER, "")
    return _SPACES.sub("", to_latin_digits(text).casefold())


def literally(text: str) -> str:
    """The text for a LIKE, whose own signs then stand for themselves. Not for get_all, which escapes once more."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _lt(text: str) -> str:
    """Marks a constant as a text that is translated where it is shown; the name is the one that extractors know."""
    return text
