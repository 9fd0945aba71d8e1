"""Events of ERPNext's Sales Order that reach this app."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import (
    cost_sight,
    margin_approvals,
    margin_guard,
    production,
    promise_records,
    promises,
    quotation_options,
    stock_holds,
)
from crm_ext.self_service.flow import checkout, order_notices, quotation_responses


def validate(order: Document, method: str | None = None) -> None:
    cost_sight.hide_cost(order)


def before_submit(order: Document, method: str | None = None) -> None:
    promises.store_dates(order)
    margin_guard.check(order)


def on_submit(order: Document, method: str | None = None) -> None:
    quotation_options.note_chosen(order)
    stock_holds.convert_for_order(order)
    promise_records.record(order)
    quotation_responses.order_submitted(order)
    checkout.order_submitted(order)
    order_notices.order_submitted(order)


def on_cancel(order: Document, method: str | None = None) -> None:
    production.withdraw(order)
    quotation_options.note_chosen(order)
    stock_holds.restore_for_order(order)
    promise_records.forget(order)
    quotation_responses.order_cancelled(order)
    checkout.order_cancelled(order)


def before_update_after_submit(order: Document, method: str | None = None) -> None:
    margin_guard.check_changed(order)


def on_update_after_submit(order: Document, method: str | None = None) -> None:
    promise_records.follow_change(order)
    order_notices.order_changed(order)


def on_trash(order: Document, method: str | None = None) -> None:
    production.forget(order)
    margin_approvals.forget(order.doctype, order.name)
    checkout.order_deleted(order)
    order_notices.forget_order(order.name)


def after_mapping(order: Document, method: str, source: Document) -> None:
    cost_sight.hide_cost(order)


def get_dashboard(data: dict) -> dict:
    """The holds on stock, beside what ERPNext shows."""
    data.setdefault("transactions", []).append({"label": _("Stock Holds"), "items": ["Stock Hold"]})
    data.setdefault("non_standard_fieldnames", {})["Stock Hold"] = "sales_order"
    return data
