"""How an offer stands with its stock, for those who look at it."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from crm_ext.offer_desk.queries import stock_holds as queries
from crm_ext.offer_desk.rules.stock_holds import UNGRADED
from crm_ext.shared.money import to_decimal

_SHOWN = (
    "name", "quotation_item", "item_code", "item_name", "warehouse", "qty", "stock_uom", "expires_at", "extensions",
    "sales_order", "stock_reservation_entry",
)  # fmt: skip
_CLOSED = ("Lost", "Expired", "Cancelled", "Ordered")


def state_of(quotation: Document) -> dict:
    """can_hold, can_change, lines (row, number, item, asked, held), holds and rivals, with moments as texts.

    rivals: holds of other offers on items that are lacking here; `weaker` where a Sales Manager may take them over.
    """
    lines = [line for line in queries.offered_lines(quotation.name) if line.qty > 0]
    now = now_datetime()
    holds = [_status_by_now(hold, now) for hold in queries.of_offer(quotation.name)]
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for hold in holds:
        if hold.status == "Active":
            held[hold.quotation_item, hold.item_code] += to_decimal(hold.qty)
    lacking = {line.item_code for line in lines if held[line.row, line.item_code] < line.qty}
    is_open = (
        quotation.docstatus == 1
        and quotation.status not in _CLOSED
        and not (quotation.valid_till and getdate(quotation.valid_till) < getdate())
    )
    may_write = quotation.has_permission("write")
    is_manager = "Sales Manager" in frappe.get_roles()
    return {
        "can_hold": bool(is_open and may_write and lines),
        "can_change": may_write,
        "is_manager": is_manager,
        "maximum_extensions": frappe.get_cached_doc("Offer Desk Settings").maximum_extensions,
        "now": now,
        "lines": [
            {
                "row": line.row,
                "number": line.number,
                "item_code": line.item_code,
                "asked": float(line.qty),
                "offered": float(line.qty / line.per_unit),
                "held": float(held[line.row, line.item_code]),
                "is_alternative": line.is_alternative,
            }
            for line in lines
        ],
        "holds": [{**{key: hold[key] for key in _SHOWN}, "status": hold.status} for hold in holds],
        "rivals": _rivals(quotation, lacking, is_manager) if is_open and lacking else [],
    }


def _status_by_now(hold: dict, now) -> dict:
    """A hold whose time is over is expired, even before the scheduler has closed it."""
    if hold.status == "Active" and get_datetime(hold.expires_at) <= now:
        hold.status = "Expired"
    return hold


def _rivals(quotation: Document, item_codes: set[str], is_manager: bool) -> list[dict]:
    customer = quotation.party_name if quotation.quotation_to == "Customer" else None
    grade = queries.grade_of(customer)
    priority = min(grade.priority, UNGRADED - 1) if grade else UNGRADED
    rivals = queries.rivals(quotation.name, item_codes, quotation.company, now_datetime())
    return [{**rival, "weaker": is_manager and rival.priority > priority} for rival in rivals]
