"""What of an offer the customer takes: options, alternatives in place of their originals, and when an offer may be ordered.

Pure: the rows come in as they stand in the quotation, the day as an argument.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from crm_ext.shared.results import Refusal, refuse

# Above this a quantity is a slip of the finger: ERPNext's own columns lose digits there.
_LARGEST_QUANTITY = 1_000_000_000


@dataclass(frozen=True)
class OfferedLine:
    """A line of the quotation, in its order; an alternative stands in for the nearest line above that is none."""

    key: str
    item_code: str
    is_alternative: bool = False


@dataclass(frozen=True)
class OfferedOption:
    """A line that may be added. Of the options that share a group the customer takes one at most.

    is_ordered: a submitted order has it already; it counts among those of its group.
    """

    key: str
    item_code: str
    group: str = ""
    is_ordered: bool = False


@dataclass(frozen=True)
class Choice:
    """Keys of the lines and options that become an order, in the offer's order."""

    lines: tuple[str, ...]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What decides whether an offer may still be ordered.

    superseded_by: the submitted revision that took its place; order: an order already made of it that is still a draft
    or has taken everything; late_allowed: the site lets expired offers be ordered.
    """

    is_submitted: bool
    is_cancelled: bool
    status: str
    valid_until: date | None
    superseded_by: str | None = None
    order: str | None = None
    late_allowed: bool = False


def quantity_refusal(quantity: float | None) -> Refusal | None:
    """None where the quantity is a positive, finite and sensible number."""
    if quantity is None or not math.isfinite(quantity):
        return refuse("quantity_not_a_number")
    if quantity <= 0:
        return refuse("quantity_not_positive")
    if quantity > _LARGEST_QUANTITY:
        return refuse("quantity_too_large", largest=_LARGEST_QUANTITY)
    return None


def choose(
    lines: Sequence[OfferedLine],
    options: Sequence[OfferedOption],
    chosen: Collection[str],
    alternatives: Collection[str],
) -> Choice | Refusal:
    """The lines and options that the customer takes.

    Refusals: 'choice_not_offered' (a key that is no option or no alternative of this offer), 'option_ordered' (an order
    has it already), 'two_of_a_choice' (two options of one group), 'two_alternatives' (two alternatives for one line).
    """
    offered = {option.key for option in options} | {line.key for line in lines if line.is_alternative}
    if not offered.issuperset(chosen) or not offered.issuperset(alternatives):
        return refuse("choice_not_offered")
    if {line.key for line in lines}.intersection(chosen) or {row.key for row in options}.intersection(
        alternatives
    ):
        return refuse("choice_not_offered")
    taken = [option for option in options if option.key in chosen]
    for option in taken:
        if option.is_ordered:
            return refuse("option_ordered", item_code=option.item_code)
    rival = _first_rivals([option for option in options if option.key in chosen or option.is_ordered])
    if rival:
        return refuse(
            "two_of_a_choice", group=rival[0].group, first=rival[0].item_code, second=rival[1].item_code
        )
    kept = _with_alternatives(lines, alternatives)
    if isinstance(kept, Refusal):
        return kept
    return Choice(kept, tuple(option.key for option in taken))


def _first_rivals(taken: Sequence[OfferedOption]) -> tuple[OfferedOption, OfferedOption] | None:
    by_group: dict[str, OfferedOption] = {}
    for option in taken:
        group = option.group.strip().casefold()
        if group and group in by_group:
            return by_group[group], option
        by_group[group] = option
    return None


def _with_alternatives(
    lines: Sequence[OfferedLine], alternatives: Collection[str]
) -> tuple[str, ...] | Refusal:
    """Keys of the lines taken, where each alternative taken replaces the line that it belongs to."""
    kept: list[OfferedLine] = []
    for line in lines:
        if not line.is_alternative:
            kept.append(line)
        elif line.key in alternatives:
            if kept and kept[-1].is_alternative:
                return refuse("two_alternatives", first=kept[-1].item_code, second=line.item_code)
            if kept:
                kept.pop()
            kept.append(line)
    return tuple(line.key for line in kept)


def order_refusal(standing: Standing, today: date) -> Refusal | None:
    """Why the offer may not be ordered; None where it may.

    Refusals: 'offer_superseded', 'offer_cancelled', 'offer_not_submitted', 'offer_lost', 'offer_ordered', 'offer_expired'.
    """
    if standing.superseded_by:
        return refuse("offer_superseded", quotation=standing.superseded_by)
    if standing.is_cancelled:
        return refuse("offer_cancelled")
    if not standing.is_submitted:
        return refuse("offer_not_submitted")
    if standing.status == "Lost":
        return refuse("offer_lost")
    if standing.order or standing.status == "Ordered":
        return refuse("offer_ordered", order=standing.order)
    if standing.valid_until and standing.valid_until < today and not standing.late_allowed:
        return refuse("offer_expired", valid_until=standing.valid_until)
    return None
