"""Events of ERPNext's Quotation that reach this app."""

from __future__ import annotations

from frappe.model.document import Document

from crm_ext.offer_desk.flow import promises, quotation_options


def validate(quotation: Document, method: str | None = None) -> None:
    quotation_options.price_options(quotation)
    promises.store_dates(quotation)


def before_submit(quotation: Document, method: str | None = None) -> None:
    quotation_options.require_prices(quotation)
    revisions.require_reasons(quotation)


def on_update(quotation: Document, method: str | None = None) -> None:
    revisions.record(quotation)


def on_trash(quotation: Document, method: str | None = None) -> None:
    revisions.forget(quotation)
