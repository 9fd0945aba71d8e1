"""Indexes for the columns by which the document trail goes downstream and ERPNext has none.

Each has two columns: Frappe's own synchronisation of tables leaves indexes of several columns alone.
"""

from __future__ import annotations

import frappe

from crm_ext.compat import CAMPAIGN_FIELD, LEAD_CAMPAIGN_FIELD

_NAME = "crm_ext_trail_{0}"
_OF_CAMPAIGN = ("Opportunity", "Quotation", "Sales Order", "Delivery Note", "Sales Invoice", "POS Invoice")
_AMENDABLE = (
    "Opportunity", "Quotation", "Sales Order", "Delivery Note", "Sales Invoice", "POS Invoice", "Payment Request",
    "Payment Entry", "Journal Entry",
)  # fmt: skip

# By creation, because of a campaign's documents the newest are shown.
INDEXES = (
    ("Lead", (LEAD_CAMPAIGN_FIELD, "creation")),
    *((doctype, (CAMPAIGN_FIELD, "creation")) for doctype in _OF_CAMPAIGN),
    ("Opportunity", ("party_name", "opportunity_from")),
    ("Quotation", ("opportunity", "docstatus")),
    ("Quotation Item", ("prevdoc_docname", "prevdoc_doctype")),
    *((doctype, ("amended_from", "docstatus")) for doctype in _AMENDABLE),
)


def create() -> None:
    for doctype, columns in INDEXES:
        frappe.db.add_index(doctype, list(columns), _NAME.format(columns[0]))


def remove() -> None:
    for doctype, columns in INDEXES:
        name = _NAME.format(columns[0])
        if frappe.db.has_index(f"tab{doctype}", name):
            frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{name}`")
