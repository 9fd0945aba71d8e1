"""Promises kept: what was offered, confirmed and delivered, line by line, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from frappe.utils import getdate

from crm_ext.offer_desk.queries import promises_kept as queries
from crm_ext.offer_desk.rules import promises_kept as rules
from crm_ext.offer_desk.rules.promises_kept import Delivery, Kept, Obstacles, Reason
from crm_ext.shared.money import to_decimal

LINES_AT_MOST = queries.LINES_AT_MOST
_LATE = ("Late", "Overdue")


@dataclass(frozen=True)
class Line:
    """One line of an order; `reason` only where it is late or overdue."""

    order: dict
    representative: str
    kept: Kept
    reason: Reason | None


def lines(
    company: str,
    start: date,
    end: date,
    customer: str | None,
    item_code: str | None,
    today: date | None = None,
) -> list[Line]:
    """Lines confirmed for the period, of orders that the user may read."""
    today = today or getdate()
    ordered = queries.lines(company, start, end, customer, item_code)
    if not ordered:
        return []
    delivered: dict[str, list[Delivery]] = defaultdict(list)
    for line, day, qty in queries.deliveries([one.name for one in ordered]):
        delivered[line].append(Delivery(day, to_decimal(qty)))
    sellers = queries.representatives({one.sales_order for one in ordered})
    kept = {
        one.name: rules.judge(
            one.confirmed,
            to_decimal(one.stock_qty),
            delivered[one.name],
            is_delivered=one.delivered_qty >= one.qty,
            is_closed=one.status == "Closed",
            today=today,
        )
        for one in ordered
    }
    obstacles = _obstacles([one for one in ordered if kept[one.name].outcome in _LATE])
    return [
        Line(
            one,
            sellers.get(one.sales_order) or one.owner,
            kept[one.name],
            rules.reason(kept[one.name], one.confirmed, obstacles[one.name], today)
            if one.name in obstacles
            else None,
        )
        for one in ordered
    ]


def _obstacles(late: list[dict]) -> dict[str, Obstacles]:
    if not late:
        return {}
    supplies: dict[str, set[str]] = defaultdict(set)
    for one in late:
        supplies[one.basis_doctype].add(one.basis_name)
    arrived = queries.arrivals(supplies["Purchase Order"], supplies["Work Order"])
    offered = {one.quotation_item for one in late if one.quotation_item}
    holds = queries.expired_holds(offered) if offered else {}
    taken = queries.taken_for_later_orders([one.name for one in late])
    return {
        one.name: Obstacles(
            promised=one.promised,
            delivery_date=one.delivery_date,
            supply_doctype=one.basis_doctype or "",
            supply_name=one.basis_name or "",
            supply_due=one.basis_due,
            supply_arrived=arrived.get((one.basis_doctype, one.basis_name, one.item_code)),
            hold_ended=holds.get(one.quotation_item),
            taken_by=taken.get(one.name, ""),
        )
        for one in late
    }
