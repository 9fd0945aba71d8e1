"""Events of ERPNext's Quotation that reach this app."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import (
    configurations,
    cost_sight,
    margin_approvals,
    margin_guard,
    production,
    promise_records,
    promises,
    quotation_options,
    revisions,
    stock_holds,
)
from crm_ext.self_service.flow import portal_links


def validate(quotation: Document, method: str | None = None) -> None:
    quotation_options.price_options(quotation)
    promises.store_dates(quotation)
    cost_sight.hide_cost(quotation)


def before_submit(quotation: Document, method: str | None = None) -> None:
    quotation_options.require_prices(quotation)
    revisions.require_reasons(quotation)
    margin_guard.check(quotation)


def on_update(quotation: Document, method: str | None = None) -> None:
    configurations.adopt(quotation)
    revisions.record(quotation)


def on_submit(quotation: Document, method: str | None = None) -> None:
    stock_holds.hold_submitted(quotation)
    promise_records.record(quotation)


def on_update_after_submit(quotation: Document, method: str | None = None) -> None:
    promise_records.follow_change(quotation)
    stock_holds.release_when_lost(quotation)


def on_cancel(quotation: Document, method: str | None = None) -> None:
    production.withdraw(quotation)
    stock_holds.release_cancelled(quotation)
    promise_records.forget(quotation)


def on_trash(quotation: Document, method: str | None = None) -> None:
    production.forget(quotation)
    configurations.forget(quotation)
    revisions.forget(quotation)
    stock_holds.forget_offer(quotation.name)
    margin_approvals.forget(quotation.doctype, quotation.name)
    portal_links.forget(quotation.name)


def after_mapping(quotation: Document, method: str, source: Document) -> None:
    cost_sight.hide_cost(quotation)


def before_print(quotation: Document, method: str, settings: object = None) -> None:
    quotation_options.print_readably(quotation)


def get_dashboard(data: dict) -> dict:
    """The holds on stock, beside what ERPNext shows."""
    data.setdefault("transactions", []).append({"label": _("Stock Holds"), "items": ["Stock Hold"]})
    data.setdefault("non_standard_fieldnames", {})["Stock Hold"] = "quotation"
    return data
