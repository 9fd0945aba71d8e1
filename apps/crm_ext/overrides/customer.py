"""Events of ERPNext's Customer that reach this app."""

from __future__ import annotations

from frappe import _
from frappe.model.document import Document

from crm_ext.marketing_automation.flow import campaign_extract, origins, touchpoints
from crm_ext.self_service.flow import carts


def after_insert(customer: Document, method: str | None = None) -> None:
    origins.customer_inserted(customer)


def on_trash(customer: Document, method: str | None = None) -> None:
    touchpoints.forget_party("Customer", customer.name)
    origins.forget(customer.name)
    carts.forget_customer(customer.name)


def before_rename(customer: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    origins.rename(old, new)


def after_rename(customer: Document, method: str | None, old: str, new: str, merge: bool = False) -> None:
    campaign_extract.rename_later("Customer", old, new)


def get_dashboard(data: dict) -> dict:
    """The customer's equipment and its maintenance, beside what ERPNext shows."""
    data.setdefault("transactions", []).append({"label": _("Equipment"), "items": ["Equipment", "Maintenance Plan"]})
    return data
