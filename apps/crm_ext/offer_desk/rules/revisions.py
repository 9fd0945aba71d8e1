"""What differs between two revisions of an offer.

Pure. Rows of the two have names of their own, so a row is known by what it offers: item, unit, whether it is an
alternative, and which of several such rows it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]

LINE, OPTION, OFFER = "Line", "Option", "Offer"
ADDED, REMOVED, CHANGED = "Added", "Removed", "Changed"
_IDENTITY = ("item_code", "uom", "is_alternative", "option_group")


@dataclass(frozen=True)
class Offer:
    """A revision: rows by key in the offer's order, and what is said of the whole (validity, terms, discount …)."""

    lines: Mapping[str, Row]
    options: Mapping[str, Row]
    terms: Row


@dataclass(frozen=True)
class Change:
    """One difference, with one reason of its own.

    key: of the row, or the name of the term. Of rows that were changed `before` and `after` hold the values that
    differ; of one that was added or removed all of them stand in `after` or `before`, and the other is empty.
    """

    part: str
    kind: str
    key: str
    before: Row
    after: Row


def keyed(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows by what they offer, those that offer the same numbered in their order."""
    seen: Counter = Counter()
    result: dict[str, Row] = {}
    for row in rows:
        identity = tuple(str(row.get(field) or "") for field in _IDENTITY)
        seen[identity] += 1
        result["|".join((*identity, str(seen[identity])))] = row
    return result


def differences(before: Offer, after: Offer) -> list[Change]:
    """What has to be done to the first revision so that it becomes the second, save for the order of its rows."""
    return [
        *_between_rows(LINE, before.lines, after.lines),
        *_between_rows(OPTION, before.options, after.options),
        *_between_terms(before.terms, after.terms),
    ]


def _between_rows(part: str, before: Mapping[str, Row], after: Mapping[str, Row]) -> Iterator[Change]:
    for key, row in before.items():
        if key not in after:
            yield Change(part, REMOVED, key, row, {})
        elif differing := _differing(row, after[key]):
            yield Change(part, CHANGED, key, _of(row, differing), _of(after[key], differing))
    for key, row in after.items():
        if key not in before:
            yield Change(part, ADDED, key, {}, row)


def _between_terms(before: Row, after: Row) -> Iterator[Change]:
    for name in _differing(before, after):
        yield Change(OFFER, CHANGED, name, {name: before.get(name)}, {name: after.get(name)})


def _differing(before: Row, after: Row) -> list[str]:
    return [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]


def _of(row: Row, names: Sequence[str]) -> dict[str, Any]:
    return {name: row.get(name) for name in names}
