"""What a stranger may send through the public form, cleaned, and what to make of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import phonenumbers

from crm_ext.shared.phone import to_e164
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import clean_name, match_key

MESSAGE_LENGTH = 5000
# Every field that a person fills in, with the greatest length that is taken.
TYPED = {
    "person_name": 140,
    "organization": 140,
    "email": 140,
    "phone": 40,
    "city": 140,
    "message": MESSAGE_LENGTH,
}
# What the page adds; cut to length, since nobody could correct it.
CARRIED = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "page", "visitor")
REPEAT_WINDOW_SECONDS = 600
# Faster than a person can fill in the form; and the day after which an open form is no longer believed.
SHORTEST_FILLING_SECONDS = 3
LONGEST_FILLING_SECONDS = 24 * 60 * 60

_ADDRESS = re.compile(r"^[^@\s<>()\[\],;:\"'\\]+@[^@\s<>()\[\],;:\"'\\.]+(\.[^@\s<>()\[\],;:\"'\\.]+)+$")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Shown on many screens and exported to spreadsheets: brackets and leading signs that could become markup or formulas
# are taken out of action, the words stay.
_HARMLESS = str.maketrans({"<": "‹", ">": "›"})
_FORMULA_SIGNS = "=+-@\t\r"


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A cleaned enquiry. phone is E.164; texts are None where nothing was given."""

    person_name: str
    organization: str | None = None
    email: str | None = None
    phone: str | None = None
    city: str | None = None
    message: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_content: str | None = None
    page: str | None = None
    visitor: str | None = None

    @property
    def content(self) -> str:
        """What makes two posts the same enquiry, whatever link brought them."""
        parts = (
            match_key(self.person_name),
            match_key(self.organization or ""),
            self.email,
            self.phone,
            self.message,
        )
        return "\x1f".join(part or "" for part in parts)


def read_form(values: Mapping[str, str | None], region: str | None) -> Enquiry | Refusal:
    """The enquiry in a form's values, or the refusal 'form_incomplete' with `errors`: field -> code.

    Codes: 'missing', 'too_long', 'email_not_understood', 'phone_not_understood', 'no_way_to_answer'.
    They depend on what was typed alone, never on what the site knows.
    region: ISO 3166 code of the country in which numbers without a country code are meant.
    """
    typed = {field: _text(values.get(field)) for field in TYPED}
    errors = {field: "too_long" for field, limit in TYPED.items() if len(typed[field] or "") > limit}
    name = _name(typed["person_name"])
    email = (typed["email"] or "").lower() or None
    phone = to_e164(typed["phone"], region) if typed["phone"] else None
    if not name:
        errors.setdefault("person_name", "missing")
    if email and not _ADDRESS.match(email):
        errors.setdefault("email", "email_not_understood")
    if typed["phone"] and not phone:
        errors.setdefault("phone", "phone_not_understood")
    if not typed["email"] and not typed["phone"]:
        errors.setdefault("email", "no_way_to_answer")
    if errors:
        return refuse("form_incomplete", errors=errors)
    carried = {field: (_text(values.get(field)) or "")[:140] or None for field in CARRIED}
    return Enquiry(
        person_name=name,
        organization=_name(typed["organization"]),
        email=email,
        phone=phone,
        city=_name(typed["city"]),
        message=typed["message"],
        **carried,
    )


def enquiry_key(enquiry: Enquiry, request_id: str | None, window: int) -> str:
    """Name of the record, the same for a repeat: of the same request, or without one of the same words in a window.

    window: number of the span of REPEAT_WINDOW_SECONDS in which the post came.
    """
    occasion = f"request {request_id}" if request_id else f"window {window}"
    return blake2b(f"{enquiry.content}\x1f{occasion}".encode(), digest_size=12).hexdigest()


def looks_like_a_machine(trap: str | None, seconds_to_fill: float | None) -> bool:
    """Something stands in the field that people do not see, or the form was filled too fast, too late or never opened."""
    if (trap or "").strip():
        return True
    if seconds_to_fill is None:
        return True
    return not SHORTEST_FILLING_SECONDS <= seconds_to_fill <= LONGEST_FILLING_SECONDS


def spellings_of(e164: str) -> tuple[str, ...]:
    """The ways in which people write a number of E.164 down, so that records typed by hand are found by equality."""
    number = phonenumbers.parse(e164)
    formats = phonenumbers.PhoneNumberFormat
    pretty = [phonenumbers.format_number(number, form) for form in (formats.INTERNATIONAL, formats.NATIONAL)]
    bare = [re.sub(r"\D", "", text) for text in pretty]
    digits = e164.lstrip("+")
    national = phonenumbers.national_significant_number(number)
    country = str(number.country_code)
    written = [
        e164,
        digits,
        f"00{digits}",
        national,
        f"0{national}",
        f"+{country}-{national}",
        f"+{country} {national}",
    ]
    return tuple(dict.fromkeys([*written, *pretty, *bare, *(text.replace(" ", "-") for text in pretty)]))


def _text(value: str | None) -> str | None:
    text = _CONTROL.sub("", str(value)) if value is not None else ""
    return text.translate(_HARMLESS).strip() or None


def _name(text: str | None) -> str | None:
    return clean_name(text or "").lstrip(_FORMULA_SIGNS + " ") or None
