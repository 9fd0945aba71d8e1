"""One order as the customer follows it: its lines, how far it has come, and the papers of each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe.utils import getdate

from crm_ext.self_service.queries import order_progress as queries
from crm_ext.self_service.rules.order_steps import OrderFacts, Paper, Step, steps
from crm_ext.shared.money import to_decimal

_MADE = ("Completed", "Closed")


@dataclass(frozen=True)
class OrderPage:
    order: frappe._dict
    lines: Sequence[frappe._dict]
    taxes: Sequence[frappe._dict]
    steps: Sequence[Step]
    deliveries: Sequence[frappe._dict]


def order_page(name: str) -> OrderPage:
    """The caller has checked whose order it is."""
    order = queries.order(name)
    lines = queries.lines(name)
    deliveries = queries.deliveries(name)
    return OrderPage(order, lines, queries.taxes(name), steps(_facts(order, lines, deliveries)), deliveries)


def _facts(order: frappe._dict, lines: Sequence[frappe._dict], deliveries: Sequence[frappe._dict]) -> OrderFacts:
    invoices = queries.invoices(order.name)
    requests, work_orders = queries.requests(order.name), queries.work_orders(order.name)
    is_made = bool(work_orders) or any(row.material_request_type == "Manufacture" for row in requests)
    begun = [getdate(row.transaction_date) for row in requests] + [getdate(row.creation) for row in work_orders]
    reserved, picked = queries.reserved_on(order.name), queries.picked_on(order.name)
    return OrderFacts(
        order=Paper("Sales Order", order.name, order.transaction_date),
        confirmed_day=order.delivery_date,
        is_cancelled=order.docstatus == 2,
        is_closed=order.status == "Closed",
        is_stocked=queries.has_stock({line.item_code for line in lines}),
        reserved_on=getdate(reserved) if reserved else None,
        requested_on=min(begun, default=None),
        request_kind=("made" if is_made else "purchased") if begun else "",
        is_request_done=_is_done(requests, work_orders),
        picked_on=getdate(picked) if picked else None,
        deliveries=[Paper("Delivery Note", row.name, row.posting_date) for row in deliveries],
        delivered_share=to_decimal(order.per_delivered) / 100,
        invoices=[Paper("Sales Invoice", row.name, row.posting_date) for row in invoices],
        invoiced_share=to_decimal(order.per_billed) / 100,
        outstanding=sum((to_decimal(row.outstanding_amount) for row in invoices), Decimal(0)),
        paid_on=queries.paid_on(order.name, [row.name for row in invoices]),
    )


def _is_done(requests: Sequence[frappe._dict], work_orders: Sequence[frappe._dict]) -> bool:
    """Bought goods have come in; what is made is made."""
    bought = all(row.per_received >= 100 for row in requests if row.material_request_type != "Manufacture")
    made = all(row.status in _MADE for row in work_orders)
    is_ordered = all(row.per_ordered >= 100 for row in requests if row.material_request_type == "Manufacture")
    return bought and made and is_ordered
