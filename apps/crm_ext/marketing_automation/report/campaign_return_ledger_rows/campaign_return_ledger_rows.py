"""The vouchers and documents behind one figure of Campaign Return, with the share that the campaign is credited with."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.flow import campaign_return as flow
from crm_ext.marketing_automation.flow import campaign_return_request as asking
from crm_ext.marketing_automation.queries import campaign_return as queries
from crm_ext.marketing_automation.rules.campaign_return import COUNTS

ROWS_SHOWN = 5000


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    figure = filters.figure or "revenue"
    counted = figure in COUNTS
    if not counted:
        # Whoever opens a figure reads ledger rows.
        frappe.has_permission("GL Entry", "read", throw=True)
    request = asking.from_filters(filters)
    behind = flow.rows_behind(request, filters.campaign or None, figure, ROWS_SHOWN)
    currencies = {company: queries.currency_of(company) for company in request.companies}
    rows = [_row(row, currencies) for row in behind.rows]
    if counted:
        rows = _readable(rows)
    return _columns(counted), rows, _message(behind, counted, set(currencies.values()))


def _row(row: dict[str, Any], currencies: dict[str, str]) -> dict[str, Any]:
    changed = {"share": float(row["share"]) * 100, "currency": currencies[row["company"]]}
    return row | changed | {name: float(row[name]) for name in ("amount", "attributed")}


def _readable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Only documents that the user may open: counting is one thing, names are another."""
    doctypes = {row["voucher_type"] for row in rows}
    visible = {
        doctype: set(
            frappe.get_list(
                doctype,
                filters={"name": ("in", [row["voucher"] for row in rows if row["voucher_type"] == doctype])},
                pluck="name",
                order_by="name",
                limit_page_length=0,
            )
        )
        for doctype in doctypes
        if frappe.has_permission(doctype, "read")
    }
    return [row for row in rows if row["voucher"] in visible.get(row["voucher_type"], ())]


def _columns(counted: bool) -> list[dict[str, Any]]:
    money = {"fieldtype": "Currency", "options": "currency", "width": 140}
    columns = [
        {"fieldname": "posting_date", "label": _("Date"), "fieldtype": "Date", "width": 110},
        {
            "fieldname": "voucher_type",
            "label": _("Document Type"),
            "fieldtype": "Link",
            "options": "DocType",
            "width": 140,
        },
        {
            "fieldname": "voucher",
            "label": _("Document"),
            "fieldtype": "Dynamic Link",
            "options": "voucher_type",
            "width": 200,
        },
        {
            "fieldname": "party",
            "label": _("Customer"),
            "fieldtype": "Link",
            "options": "Customer",
            "width": 180,
        },
        {
            "fieldname": "campaign_on_document",
            "label": _("Campaign on the Document"),
            "fieldtype": "Link",
            "options": "Campaign",
            "width": 180,
        },
    ]
    if not counted:
        columns += [
            {"fieldname": "amount", "label": _("Amount in the Ledger"), **money},
            {"fieldname": "share", "label": _("Share"), "fieldtype": "Percent", "width": 90},
            {"fieldname": "attributed", "label": _("Credited Amount"), **money},
        ]
    columns.append(
        {
            "fieldname": "company",
            "label": _("Company"),
            "fieldtype": "Link",
            "options": "Company",
            "width": 140,
        }
    )
    return columns


def _message(behind: flow.Rows, counted: bool, currencies: set[str]) -> str:
    shown = _("{0} of {1} rows are shown, the largest first.").format(len(behind.rows), behind.count)
    if counted or len(currencies) > 1:
        return shown
    return (
        shown + " " + _("All rows together are {0}.").format(spelling.money(behind.total, currencies.pop()))
    )
