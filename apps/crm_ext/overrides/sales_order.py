"""Events of ERPNext's Sales Order that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.offer_desk.flow import promises, quotation_options


def validate(order: Document, method: str | None = None) -> None:
    promises.store_dates(order)


def on_submit(order: Document, method: str | None = None) -> None:
    quotation_options.note_chosen(order)


def on_cancel(order: Document, method: str | None = None) -> None:
    quotation_options.note_chosen(order)
