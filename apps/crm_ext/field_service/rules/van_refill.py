"""What a van lacks for its planned jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

# An item in a van, or what is asked for a van: (warehouse of the van, item).
Place = tuple[str, str]


def missing(
    needs: Iterable[tuple[Place, Decimal]], stock: Mapping[Place, Decimal], requested: Mapping[Place, Decimal]
) -> dict[str, dict[str, Decimal]]:
    """{van: {item: quantity in stock units}}: planned parts, less what is in the van, less what is on its way.

    Never below zero: what a van has too much of stays in it. A stock below zero counts as nothing: it is a mistake in
    the books, not a need. Vans that lack nothing are left out.
    """
    wanted: dict[Place, Decimal] = {}
    for place, quantity in needs:
        wanted[place] = wanted.get(place, Decimal(0)) + max(quantity, Decimal(0))
    found: dict[str, dict[str, Decimal]] = {}
    for (van, item), quantity in wanted.items():
        there = max(stock.get((van, item), Decimal(0)), Decimal(0))
        lack = quantity - there - requested.get((van, item), Decimal(0))
        if lack > 0:
            found.setdefault(van, {})[item] = lack
    return found
