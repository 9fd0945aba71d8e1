"""One row of a file becomes the values of one lead, or the reasons why it cannot."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_ext.marketing_automation.rules.lead_columns import (
    ADDRESS_LINE1,
    ADDRESS_LINE2,
    PINCODE,
    TAX_ID,
    Target,
)
from crm_ext.shared.calendars import parse_date
from crm_ext.shared.phone import to_e164
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.table_files import FileRow, without_apostrophe
from crm_ext.shared.text import clean_name, match_key, to_latin_digits

PHONE_FIELDS = ("mobile_no", "phone", "whatsapp_no")
ADDRESS_FIELDS = (ADDRESS_LINE1, ADDRESS_LINE2, PINCODE)
_CODES = (TAX_ID, PINCODE, "phone_ext", "fax")
# A full name becomes the name of the contact, to which ERPNext may add a number.
LONGEST_FULL_NAME = 130

_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}"
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_EMPTY = re.compile(r"[-–—_./]+|n/?a|null|none", re.IGNORECASE)
_TRUE = {"1", "yes", "y", "true", "x", "on", "بله", "بلی", "آری", "دارد"}
_FALSE = {"0", "no", "n", "false", "off", "خیر", "نه", "ندارد"}


@dataclass(frozen=True)
class Masters:
    """What cells are compared with. links: per fieldname, match key of a spelling -> name of the record.

    region: ISO code of the country of telephone numbers; country: of a lead that does not say its own.
    """

    targets: Mapping[str, Target]
    links: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    region: str | None = None
    country: str | None = None
    day_first: bool = True


@dataclass(frozen=True)
class LeadRow:
    """A row that can become a lead. values: by fieldname of Lead, cleaned; address: by fieldname of Address."""

    number: int
    values: dict[str, Any]
    address: dict[str, str]
    tax_id: str = ""

    @property
    def email(self) -> str:
        return (self.values.get("email_id") or "").casefold()

    @property
    def phones(self) -> list[str]:
        """E.164, each once, the mobile number first."""
        return list(dict.fromkeys(self.values[name] for name in PHONE_FIELDS if self.values.get(name)))

    @property
    def content_key(self) -> str:
        """Digest of everything in the row: tells rows apart that have neither e-mail nor telephone nor tax number."""
        parts = [
            f"{name}={match_key(str(value))}"
            for name, value in sorted({**self.values, **self.address}.items())
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]

    @property
    def is_anonymous(self) -> bool:
        return not (self.email or self.phones or self.tax_id)


@dataclass(frozen=True)
class RefusedRow:
    number: int
    reasons: tuple[Refusal, ...]


def read_row(row: FileRow, fieldnames: Sequence[str], masters: Masters) -> LeadRow | RefusedRow:
    """The lead in a row whose columns mean `fieldnames` ('' for a column that is not used).

    Refusals of a row: 'undecodable', 'malformed', 'too_many_cells', 'name_missing',
    'full_name_too_long' (length), 'address_incomplete'. Of a cell (label, value):
    'formula_in_cell', 'markup_in_cell', 'too_long' (length), 'email_not_valid', 'phone_not_understood',
    'unknown_link', 'unknown_choice' (choices), 'date_not_understood', 'date_does_not_exist',
    'number_not_understood', 'number_negative', 'yes_no_not_understood', 'required_missing'.
    """
    if row.fault:
        return RefusedRow(row.number, (refuse(row.fault),))
    if any(row.cells[len(fieldnames) :]):
        return RefusedRow(
            row.number, (refuse("too_many_cells", cells=len(row.cells), columns=len(fieldnames)),)
        )
    values: dict[str, Any] = {}
    reasons: list[Refusal] = []
    for fieldname, cell in zip(fieldnames, row.cells, strict=False):
        if not fieldname or not cell or _EMPTY.fullmatch(cell):
            continue
        value = read_cell(without_apostrophe(cell), masters.targets[fieldname], masters)
        if isinstance(value, Refusal):
            reasons.append(value)
        elif value != "":
            values[fieldname] = value
    reasons += _missing(values, masters, unless=bool(reasons))
    if reasons:
        return RefusedRow(row.number, tuple(reasons))
    return _lead(row.number, values)


def read_cell(cell: str, target: Target, masters: Masters) -> Any | Refusal:
    """The value that a cell means for a field; '' where nothing of it is left after cleaning."""
    fieldname = target.fieldname
    if fieldname in PHONE_FIELDS:
        number = to_e164(cell, masters.region)
        return number or refuse("phone_not_understood", label=target.label, value=cell)
    reader = _READERS.get(target.kind)
    if reader:
        return reader(cell, target, masters)
    if cell.startswith(("=", "+", "-", "@")):
        return refuse("formula_in_cell", label=target.label, value=cell)
    if "<" in cell or ">" in cell:
        return refuse("markup_in_cell", label=target.label, value=cell)
    if fieldname == "email_id":
        email = clean_name(cell).removeprefix("mailto:")
        return email if _EMAIL.fullmatch(email) else refuse("email_not_valid", label=target.label, value=cell)
    text = clean_name(cell)
    if fieldname in _CODES:
        text = to_latin_digits(text)
    if target.length and len(text) > target.length:
        return refuse("too_long", label=target.label, value=cell, length=target.length)
    return text


def tax_key(tax_id: str) -> str:
    """What two spellings of a tax number have in common: its letters and digits."""
    return "".join(letter for letter in match_key(tax_id) if letter.isalnum())


def _read_link(cell: str, target: Target, masters: Masters) -> str | Refusal:
    name = masters.links.get(target.fieldname, {}).get(match_key(cell))
    return name or refuse("unknown_link", label=target.label, value=cell, doctype=target.option)


def _read_choice(cell: str, target: Target, masters: Masters) -> str | Refusal:
    choice = masters.links.get(target.fieldname, {}).get(match_key(cell))
    return choice or refuse(
        "unknown_choice", label=target.label, value=cell, choices=", ".join(filter(None, target.choices))
    )


def _read_date(cell: str, target: Target, masters: Masters) -> Any | Refusal:
    day = parse_date(cell, masters.day_first)
    return refuse(day.code, label=target.label, value=cell) if isinstance(day, Refusal) else day


def _read_number(cell: str, target: Target, masters: Masters) -> float | Refusal:
    number = plain_number(cell)
    if number is None:
        return refuse("number_not_understood", label=target.label, value=cell)
    if number.startswith("-"):
        return refuse("number_negative", label=target.label, value=cell)
    return float(number)


def _read_integer(cell: str, target: Target, masters: Masters) -> int | Refusal:
    number = _read_number(cell, target, masters)
    if isinstance(number, float) and not number.is_integer():
        return refuse("number_not_understood", label=target.label, value=cell)
    return int(number) if isinstance(number, float) else number


def _read_check(cell: str, target: Target, masters: Masters) -> int | Refusal:
    word = match_key(cell)
    if word in _TRUE or word in _FALSE:
        return int(word in _TRUE)
    return refuse("yes_no_not_understood", label=target.label, value=cell)


_READERS: Mapping[str, Callable[[str, Target, Masters], Any]] = {
    "Link": _read_link,
    "Select": _read_choice,
    "Date": _read_date,
    "Currency": _read_number,
    "Float": _read_number,
    "Percent": _read_number,
    "Int": _read_integer,
    "Check": _read_check,
}


def plain_number(text: str) -> str | None:
    """'1,234.5' or '1.234,5' or '۱٬۲۳۴٫۵' -> '1234.5'; None where it is no number.

    Of two different marks the last is the decimal one. A single comma before exactly three digits divides thousands,
    as does any mark that stands more than once.
    """
    digits = re.sub(r"[\s\u00a0']", "", to_latin_digits(text))
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "," if point > comma else "."
    elif digits.count(",") > 1 or re.search(r",\d{3}$", digits):
        thousands = ","
    else:
        thousands = "." if digits.count(".") > 1 else ""
    digits = (digits.replace(thousands, "") if thousands else digits).replace(",", ".")
    return digits if _NUMBER.fullmatch(digits) else None


def _missing(values: Mapping[str, Any], masters: Masters, unless: bool) -> list[Refusal]:
    """`unless`: a cell was refused already, which may be the very one that now seems to be missing."""
    if unless:
        return []
    reasons = [
        refuse("required_missing", label=target.label)
        for target in masters.targets.values()
        if target.required and target.fieldname not in values
    ]
    person = " ".join(
        values.get(name, "") for name in ("salutation", "first_name", "middle_name", "last_name")
    )
    if not any(values.get(name) for name in ("first_name", "last_name", "lead_name", "company_name")):
        reasons.append(refuse("name_missing"))
    whole = values.get(ADDRESS_LINE1) and values.get("city") and (values.get("country") or masters.country)
    if any(values.get(name) for name in ADDRESS_FIELDS) and not whole:
        reasons.append(refuse("address_incomplete"))
    if len(person) > LONGEST_FULL_NAME or len(values.get("lead_name", "")) > LONGEST_FULL_NAME:
        reasons.append(
            refuse(
                "full_name_too_long", value=person.strip() or values["lead_name"], length=LONGEST_FULL_NAME
            )
        )
    return reasons


def _lead(number: int, values: dict[str, Any]) -> LeadRow:
    address = {name: values.pop(name) for name in ADDRESS_FIELDS if name in values}
    tax_id = values.pop(TAX_ID, "")
    # ERPNext makes the full name of a lead from the first name only.
    if values.get("last_name") and not values.get("first_name") and not values.get("lead_name"):
        values["first_name"] = values.pop("last_name")
    return LeadRow(number, values, address, tax_id)
