"""Is this row somebody whom we know already, or whom the same file has named before?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from crm_ext.marketing_automation.rules.lead_columns import TAX_ID
from crm_ext.marketing_automation.rules.lead_rows import PHONE_FIELDS, LeadRow, tax_key
from crm_ext.shared.text import to_latin_digits

# Stored telephone numbers are written in many ways; numbers that are the same agree in these last digits at least.
_TAIL = 7


@dataclass(frozen=True)
class Party:
    """A record that exists already: a Lead, Contact or Customer."""

    doctype: str
    name: str


@dataclass(frozen=True)
class Duplicate:
    """by: 'email', 'phone', 'tax_id' or 'content'. party is None where `earlier_row` of the same file is meant."""

    by: str
    value: str
    party: Party | None = None
    earlier_row: int | None = None


@dataclass
class Sought:
    """What a file asks for: filters the stored records to the few that can matter."""

    FIELDS: ClassVar = (*PHONE_FIELDS, "email_id", TAX_ID)

    emails: set[str] = field(default_factory=set)
    phone_tails: set[str] = field(default_factory=set)
    tax_keys: set[str] = field(default_factory=set)

    def add(self, fieldname: str, cell: str) -> None:
        """Takes in one cell of the file, unread: more than is needed does no harm, less would."""
        if fieldname == "email_id":
            self.emails.add(cell.casefold())
        elif fieldname in PHONE_FIELDS:
            self.phone_tails.add(phone_tail(cell))
        elif fieldname == TAX_ID:
            self.tax_keys.add(tax_key(cell))

    def __bool__(self) -> bool:
        return bool(self.emails or self.phone_tails or self.tax_keys)


@dataclass(frozen=True)
class Known:
    """Records that exist, by lower-case e-mail, E.164 telephone number, tax key and content digest."""

    emails: Mapping[str, Party] = field(default_factory=dict)
    phones: Mapping[str, Party] = field(default_factory=dict)
    tax_keys: Mapping[str, Party] = field(default_factory=dict)
    contents: Mapping[str, Party] = field(default_factory=dict)

    def find(self, row: LeadRow) -> Duplicate | None:
        if party := self.emails.get(row.email):
            return Duplicate("email", row.email, party)
        for phone in row.phones:
            if party := self.phones.get(phone):
                return Duplicate("phone", phone, party)
        if row.tax_id and (party := self.tax_keys.get(tax_key(row.tax_id))):
            return Duplicate("tax_id", row.tax_id, party)
        if row.is_anonymous and (party := self.contents.get(row.content_key)):
            return Duplicate("content", "", party)
        return None


class FileMemory:
    """Rows of a file that were accepted, by a 64-bit hash of each key: 100 bytes a key, not the keys themselves."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def find_or_remember(self, row: LeadRow) -> Duplicate | None:
        """The earlier row that is the same; where there is none, this row is remembered."""
        keys = list(_keys(row))
        for by, value in keys:
            earlier = self._seen.get(hash((by, value)))
            if earlier is not None:
                return Duplicate(by, "" if by == "content" else value, earlier_row=earlier)
        for key in keys:
            self._seen[hash(key)] = row.number
        return None


def phone_tail(text: str) -> str:
    """The last digits of a telephone number in whatever script and form it is written."""
    digits = "".join(filter(str.isdecimal, to_latin_digits(text)))
    return digits[-_TAIL:]


def preferred(parties: Iterable[Party]) -> Party | None:
    """Of several records with the same key the one that is furthest in the sale: customer, lead, contact."""
    order = {"Customer": 0, "Lead": 1, "Contact": 2}
    return min(parties, key=lambda party: (order[party.doctype], party.name), default=None)


def _keys(row: LeadRow) -> Iterable[tuple[str, str]]:
    if row.email:
        yield "email", row.email
    for phone in row.phones:
        yield "phone", phone
    if row.tax_id:
        yield "tax_id", tax_key(row.tax_id)
    if row.is_anonymous:
        yield "content", row.content_key
