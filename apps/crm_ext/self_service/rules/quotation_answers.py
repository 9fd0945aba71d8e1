"""When a quotation can be answered, and what a valid answer holds."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from crm_ext.shared.money import to_decimal
from crm_ext.shared.results import Refusal, refuse
from crm_ext.shared.text import clean_name, to_latin_digits

State = Literal["open", "accepted", "ordered", "refused", "expired", "replaced", "withdrawn"]

# Bytes; a signature drawn on a large screen has a tenth of it.
LARGEST_SIGNATURE = 200_000
LONGEST_NAME = 140
LONGEST_MESSAGE = 5000
_PICTURE = "data:image/png;base64,"
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Facts:
    """What is known of a quotation: docstatus 1 submitted, 2 cancelled; replaced_by: the newer one that stands for it."""

    docstatus: int
    status: str
    valid_till: date | None
    is_accepted: bool
    replaced_by: str | None
    late_allowed: bool = False


def state_of(facts: Facts, today: date) -> State:
    """The last day of validity belongs to it."""
    if facts.replaced_by:
        return "replaced"
    if facts.docstatus != 1:
        return "withdrawn"
    if facts.status in ("Ordered", "Partially Ordered"):
        return "ordered"
    if facts.is_accepted:
        return "accepted"
    if facts.status == "Lost":
        return "refused"
    if facts.valid_till and facts.valid_till < today and not facts.late_allowed:
        return "expired"
    return "open"


@dataclass(frozen=True)
class Signature:
    """Who accepted, and the drawing if there is one; a name that was typed and confirmed signs as well."""

    person_name: str
    picture: str | None


def signed(person_name: str | None, agreed: bool, picture: str | None) -> Signature | Refusal:
    """Refusals: 'name_missing', 'name_too_long', 'not_agreed', 'signature_unreadable', 'signature_too_large'."""
    name = clean_name(person_name or "")
    if len(name) < 2:
        return refuse("name_missing")
    if len(name) > LONGEST_NAME:
        return refuse("name_too_long", longest=LONGEST_NAME)
    if not agreed:
        return refuse("not_agreed")
    if not picture:
        return Signature(name, None)
    if len(picture) > LARGEST_SIGNATURE * 4 // 3 + len(_PICTURE) + 4:
        return refuse("signature_too_large")
    return Signature(name, picture) if _is_picture(picture) else refuse("signature_unreadable")


def _is_picture(text: str) -> bool:
    """A PNG and nothing else: other kinds can carry scripts or addresses."""
    if not text.startswith(_PICTURE):
        return False
    try:
        content = base64.b64decode(text[len(_PICTURE) :], validate=True)
    except (binascii.Error, ValueError):
        return False
    return content.startswith(_PNG)


def is_what_was_seen(seen: str | None, total: Decimal) -> bool:
    """Whether the amount that stood on the page is the amount of the order. It is compared, and never taken."""
    try:
        amount = to_decimal(to_latin_digits(str(seen or "")).strip())
    except InvalidOperation:
        return False
    return amount.is_finite() and amount == total


def message_of(text: str | None, is_needed: bool = False) -> str | Refusal:
    """Refusals: 'message_missing', 'message_too_long'."""
    message = (text or "").strip()
    if is_needed and not message:
        return refuse("message_missing")
    if len(message) > LONGEST_MESSAGE:
        return refuse("message_too_long", longest=LONGEST_MESSAGE)
    return message
