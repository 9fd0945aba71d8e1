"""Marketing channels and what a touch on them costs."""

from __future__ import annotations

from decimal import Decimal

import frappe

from crm_ext.shared.money import to_decimal


def channels() -> list[frappe._dict]:
    """Every channel: name, enabled, cost_per_touch, currency (the site's where none is given)."""
    rows = frappe.get_all(
        "Marketing Channel", fields=["name", "enabled", "cost_per_touch", "currency"], order_by="name"
    )
    default_currency = frappe.db.get_default("currency")
    for row in rows:
        row.currency = row.currency or default_currency
    return rows


def company_currencies() -> dict[str, str]:
    companies = frappe.get_all("Company", fields=["name", "default_currency"], order_by="name")
    return {row.name: row.default_currency for row in companies}


def latest_rates() -> dict[tuple[str, str], Decimal]:
    """(from, to) -> newest rate among the site's Currency Exchange records, each also the other way round."""
    records = frappe.get_all(
        "Currency Exchange",
        fields=["from_currency", "to_currency", "exchange_rate"],
        filters={"exchange_rate": (">", 0)},
        order_by="date asc",
    )
    straight = {(row.from_currency, row.to_currency): to_decimal(row.exchange_rate) for row in records}
    return {(there, here): 1 / rate for (here, there), rate in straight.items()} | straight


def default_company() -> str | None:
    return frappe.db.get_default("company")
