"""Counters of the app's naming series: Frappe leaves them behind when doctypes go."""

from __future__ import annotations

import frappe

# What the series begin with, before year and number.
PREFIXES = (
    "MKT-PLAN-",
    "LEAD-IMPORT-",
    "PORTAL-PAY-",
    "PROMISE-",
    "QTN-RES-",
    "SVC-CON-",
    "BILL-RUN-",
    "SVC-ORD-",
    "EQP-",
    "DISPATCH-",
    "SUP-CLM-",
    "MNT-PLAN-",
)


def remove() -> None:
    for prefix in PREFIXES:
        frappe.db.delete("Series", {"name": ("like", f"{prefix}%")})
