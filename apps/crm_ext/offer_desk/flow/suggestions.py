"""What else a customer may want beside the lines of an offer, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Place = Literal["Desk", "Portal"]


@dataclass(frozen=True)
class Suggestion:
    """One item to offer. kind: 'Complement', 'Better Model', 'Consumable' or 'Spare Part'.

    because: the item of the lines or of the customer's equipment that led to it. day: the earliest day for one unit.
    """

    item_code: str
    item_name: str
    kind: str
    because: str
    day: date | None


def suggest(
    item_codes: Collection[str],
    *,
    customer: str | None,
    company: str,
    place: Place = "Desk",
    limit: int = 5,
    document: tuple[str, str] | None = None,
) -> list[Suggestion]:
    """The best suggestions beside the lines `item_codes`, best first; what was shown is recorded by `note`.

    document: (doctype, name) of the offer, whose own suggestions of before are not shown again once refused.
    """
    return []


def note(
    suggestions: Iterable[str],
    outcome: Literal["Shown", "Taken", "Refused"],
    *,
    customer: str | None,
    company: str,
    place: Place = "Desk",
    document: tuple[str, str] | None = None,
) -> None:
    """Record what became of suggested items (item codes): shown, taken or refused. Once per document and item."""
