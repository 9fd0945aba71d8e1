"""The catalogue's search words, its pages, and how stock is said to a customer."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm_ext.shared.text import match_key

PAGE_LENGTH = 48
# More than anybody types; keeps a hostile query short.
_MOST_WORDS = 8
_LONGEST_WORD = 60
_LONGEST_TEXT = 4000


def search_words(typed: str | None) -> tuple[str, ...]:
    """The typed words in the one spelling that `search_text` keeps; each must be found."""
    words = (match_key(word[:_LONGEST_WORD]) for word in (typed or "").split()[:_MOST_WORDS])
    return tuple(dict.fromkeys(word for word in words if word))


def search_text(parts: Iterable[str | None]) -> str:
    """Code, name, brand and description of an item as the search compares them: words in one spelling, a space between."""
    words = (match_key(word) for part in parts if part for word in part.split())
    return " ".join(dict.fromkeys(word for word in words if word))[:_LONGEST_TEXT]


@dataclass(frozen=True)
class Page:
    """One page of `found` entries; `number` counts from 1 and lies within the pages that there are."""

    number: int
    pages: int
    found: int

    @property
    def start(self) -> int:
        return (self.number - 1) * PAGE_LENGTH


def page_of(wanted: str | int | None, found: int) -> Page:
    """Whatever is asked for, a page that is there: the first for nonsense, the last for too much."""
    pages = max(1, math.ceil(found / PAGE_LENGTH))
    text = str(wanted or "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    return Page(min(max(number, 1), pages), pages, found)


@dataclass(frozen=True)
class StockSaying:
    """How availability is told: code 'in_stock', 'few', 'number', 'from_day', 'service' or 'on_request'."""

    code: str
    qty: Decimal | None = None
    day: date | None = None


def say_stock(
    is_stock_item: bool,
    in_stock: Decimal,
    day: date | None,
    today: date,
    *,
    few_below: Decimal,
    as_number: bool,
) -> StockSaying:
    """in_stock: what is free to promise, in stock units; day: when one unit can leave, None where nobody knows."""
    if not is_stock_item:
        return StockSaying("service")
    if in_stock > 0:
        if as_number:
            return StockSaying("number", qty=in_stock)
        return StockSaying("few" if in_stock < few_below else "in_stock")
    if day is None:
        return StockSaying("on_request")
    return StockSaying("from_day", day=max(day, today))
