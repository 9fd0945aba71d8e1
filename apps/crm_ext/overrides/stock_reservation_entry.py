"""Events of ERPNext's Stock Reservation Entry that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.offer_desk.flow import stock_holds


def before_submit(entry: Document, method: str | None = None) -> None:
    stock_holds.guard_reservation(entry)


def before_update_after_submit(entry: Document, method: str | None = None) -> None:
    stock_holds.guard_reservation(entry)
