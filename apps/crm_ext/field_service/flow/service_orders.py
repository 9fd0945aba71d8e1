"""The service order from the first call to what it posts: every change of an order begins here."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe.model.document import Document
from frappe.utils import get_datetime, now_datetime

from crm_ext.field_service.flow import service_order_sentences as sentences
from crm_ext.field_service.flow import service_order_sources
from crm_ext.field_service.flow.service_order_sources import make_from
from crm_ext.field_service.rules import order_status
from crm_ext.shared.results import Refusal

__all__ = ["locked", "make_from", "set_status", "validate"]


def validate(order: Document) -> None:
    """Before every save."""
    service_order_sources.complete(order)
    if order.docstatus == 0 and not order.technician and order.status != "Open":
        order.status = "Open"


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
