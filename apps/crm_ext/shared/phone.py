"""Telephone numbers in one form, E.164 ('+989121234567'), whatever script and habit they were typed in."""

from __future__ import annotations

import re

import phonenumbers

from crm_ext.shared.text import to_latin_digits

_SEPARATORS = re.compile(r"[\s\-().\u200c\u200e\u200f/]+")


def to_e164(raw: str, region: str | None) -> str | None:
    """The number in E.164, or None where it is no possible number.

    raw: as typed, in Latin, Persian or Arabic digits, with or without country code ('0098…', '+98…', '0912…').
    region: ISO 3166 code of the country in which numbers without a country code are meant, e.g. 'IR'.
    """
    text = _SEPARATORS.sub("", to_latin_digits(raw or ""))
    if text.startswith("00"):
        text = "+" + text[2:]
    if not text.lstrip("+").isdigit():
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
