"""From a cart to an order: what stands in the way, and what the warehouse lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm_ext.shared.results import Refusal, refuse


@dataclass(frozen=True)
class Checkout:
    """An order as it would be placed. Amounts are in the company's currency."""

    lines: int
    unpriced: Sequence[str]
    gone: Sequence[str]
    net_total: Decimal
    least_amount: Decimal
    is_disabled: bool
    is_frozen: bool
    wish: date | None
    today: date


def check(order: Checkout) -> Refusal | None:
    """The first thing that stands in the way of an order; None where nothing does.

    Refusals: 'customer_disabled', 'customer_frozen', 'cart_empty', 'items_gone', 'items_unpriced', 'wish_in_the_past',
    'below_least_amount'.
    """
    if order.is_disabled:
        return refuse("customer_disabled")
    if order.is_frozen:
        return refuse("customer_frozen")
    if not order.lines:
        return refuse("cart_empty")
    if order.gone:
        return refuse("items_gone", items=tuple(order.gone))
    if order.unpriced:
        return refuse("items_unpriced", items=tuple(order.unpriced))
    if order.wish and order.wish < order.today:
        return refuse("wish_in_the_past")
    if order.net_total < order.least_amount:
        return refuse("below_least_amount", least=order.least_amount)
    return None


def is_past_limit(limit: Decimal, outstanding: Decimal, amount: Decimal) -> bool:
    """Whether an order of `amount` takes the customer beyond the credit limit; a limit of zero is none."""
    return limit > 0 and outstanding + amount > limit


def has_moved(seen: date | None, promised: date | None) -> bool:
    """Whether the goods come later than the customer was told when the order was sent.

    No date is later than any. What the browser says it showed can only make us ask once more or not.
    """
    if promised is None:
        return seen is not None
    return seen is not None and promised > seen


def last_day(days: Iterable[date | None]) -> date | None:
    """When the whole can leave: the latest day, None where one line has none."""
    days = list(days)
    return None if not days or None in days else max(days)


@dataclass(frozen=True)
class Need:
    """A line of the order, or a part of a bundle, in stock units."""

    row: str
    item_code: str
    qty: Decimal
    request_type: str


def shortages(needs: Iterable[Need], covered: Mapping[str, Decimal]) -> dict[str, dict[str, Decimal]]:
    """{kind of request: {row: missing quantity}}; covered: by row, what stock and supply under way will give.

    ERPNext's items name how they are replenished; whatever is not made is bought.
    """
    missing: dict[str, dict[str, Decimal]] = {}
    for need in needs:
        lacking = need.qty - covered.get(need.row, Decimal(0))
        if lacking > 0:
            kind = "Manufacture" if need.request_type == "Manufacture" else "Purchase"
            missing.setdefault(kind, {})[need.row] = lacking
    return missing
