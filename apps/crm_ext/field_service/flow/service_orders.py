"""The service order from the first call to what it posts: every change of an order begins here."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext import erpnext_port
from crm_ext.field_service.flow import payers, service_order_sources, service_results, work_times
from crm_ext.field_service.flow import service_order_prices as prices
from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import service_posting as posting
from crm_ext.field_service.flow.service_order_sources import SOURCES, make_from
from crm_ext.field_service.rules import order_status
from crm_ext.shared.results import Refusal, refuse

__all__ = [
    "SOURCES",
    "after_insert",
    "locked",
    "make_from",
    "on_cancel",
    "on_submit",
    "on_trash",
    "prepare_submit",
    "set_status",
    "validate",
]


def validate(order: Document) -> None:
    """Before every save: what is empty is filled, hours are reckoned, rates found, payers decided."""
    service_order_sources.complete(order)
    _check_belonging(order)
    _fill_parts(order)
    if order.docstatus == 0 and not order.technician and order.status != "Open":
        order.status = "Open"
    work_times.set_hours(order)
    prices.set_rates(order)
    payers.decide(order)
    prices.set_amounts(order)


def prepare_submit(order: Document) -> None:
    posting.prepare(order)


def on_submit(order: Document) -> None:
    posting.post(order)
    service_results.order_completed(order)


def on_cancel(order: Document) -> None:
    """Everything that the order posted is taken back in the opposite order."""
    posting.reverse(order)
    order.db_set("status", "Cancelled")
    service_results.order_cancelled(order)


def after_insert(order: Document) -> None:
    service_results.order_made(order)


def on_trash(order: Document) -> None:
    service_results.order_deleted(order)


def locked(name: str) -> Document:
    """The order under a lock, as it stands now; whoever else changes it waits. Raises DoesNotExistError."""
    return frappe.get_doc("Service Order", name, for_update=True)


def set_status(name: str, status: str, at: datetime | str | None = None) -> None:
    """Set "Open", "Planned", "On the Way", "In Progress" or "Work Done"; `at` is when it happened, in site time.

    The event `on_change` of the order tells others. Raises ValidationError with a sentence where it cannot be.
    """
    order = locked(name)
    found = order_status.next_status(
        order_status.Standing(order.status, order.docstatus, order.technician), status
    )
    if isinstance(found, Refusal):
        sentences.throw(found, order)
    values = {"status": found, **dict.fromkeys(order_status.moments_to_clear(found))}
    if moment := order_status.MOMENTS.get(found):
        values[moment] = get_datetime(at) if at else now_datetime()
    order.db_set(values, notify=True)


def _check_belonging(order: Document) -> None:
    owner = order.equipment and frappe.get_cached_value("Equipment", order.equipment, "customer")
    if owner and owner != order.customer:
        sentences.throw(refuse("equipment_of_other_customer", equipment=order.equipment, owner=owner), order)
    contract = order.service_contract
    partner = contract and frappe.get_cached_value("Service Contract", contract, "customer")
    if partner and partner != order.customer:
        sentences.throw(refuse("contract_of_other_customer", contract=contract, partner=partner), order)


def _fill_parts(order: Document) -> None:
    """Unit of parts, and how many stock units it holds by ERPNext."""
    for row in order.parts:
        if row.share_of or not row.item_code:
            continue
        stock_uom = frappe.get_cached_value("Item", row.item_code, "stock_uom")
        row.uom = row.uom or stock_uom
        row.conversion_factor = (
            1 if row.uom == stock_uom else erpnext_port.stock_units(row.item_code, row.uom)
        )
