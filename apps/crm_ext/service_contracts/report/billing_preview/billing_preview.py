"""Billing Preview as a desk report: what contracts will be billed in the months to come, by month, with the lines below."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.queries.campaign_return import companies_for
from crm_ext.service_contracts.flow import billing_run
from crm_ext.shared.calendars import month_of

_MONTHS_AT_MOST = 60


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    rows = _visible(filters)
    months = _by_month(rows, "Jalali" if filters.calendar == "Jalali" else "Gregorian")
    return _columns(), _tree(months), None, _chart(months)


def _visible(filters: frappe._dict) -> list[dict]:
    """The months ahead of the contracts that the reader may see."""
    companies = companies_for(frappe.session.user)
    if filters.company and filters.company not in companies:
        frappe.throw(_("Choose one of your companies."), frappe.PermissionError)
    seen = set(frappe.get_list("Service Contract", pluck="name", order_by="name", limit=0))
    found = billing_run.preview(
        company=filters.company,
        customer=filters.customer,
        contract=filters.service_contract,
        months=min(max(cint(filters.months) or 12, 1), _MONTHS_AT_MOST),
    )
    return [row for row in found if row["service_contract"] in seen and row["company"] in companies]


def _by_month(rows: list[dict], calendar: str) -> dict[tuple[str, str], list[dict]]:
    """Rows by (month, currency). What fell due before today is to be billed now."""
    months: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for row in rows:
        first = month_of(max(row["due_on"], getdate()), calendar).start
        month = spelling.month(first, calendar)
        months[month, row["currency"]].append(row)
    return dict(sorted(months.items()))


def _tree(months: dict[tuple[str, str], list[dict]]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for (month, currency), lines in months.items():
        waiting = sum(1 for line in lines if line["reason"])
        key = f"{month} {currency}"
        rows.append(
            {
                "name": key,
                "label": month,
                "indent": 0,
                "is_month": 1,
                "amount": _sum(lines),
                "currency": currency,
                "reason": _("{0} lines have no amount yet").format(waiting) if waiting else None,
            }
        )
        rows += [
            {
                **line,
                "name": f"{key} {number}",
                "parent": key,
                "indent": 1,
                "label": line["title"],
                "what": _(line["what"]),
            }
            for number, line in enumerate(lines)
        ]
    return rows


def _chart(months: dict[tuple[str, str], list[dict]]) -> dict[str, Any] | None:
    """Amounts of one currency only: those of several have no common scale."""
    currencies = {currency for _month, currency in months}
    if len(currencies) != 1:
        return None
    return {
        "data": {
            "labels": [month for month, _currency in months],
            "datasets": [{"name": _("To Be Billed"), "values": [_sum(lines) for lines in months.values()]}],
        },
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "fieldtype": "Currency",
        "options": currencies.pop(),
    }


def _sum(lines: list[dict]) -> Decimal:
    return sum((line["amount"] or Decimal(0) for line in lines), Decimal(0))


def _columns() -> list[dict[str, Any]]:
    return [
        {"fieldname": "label", "label": _("Month"), "fieldtype": "Data", "width": 220},
        {"fieldname": "due_on", "label": _("Due on"), "fieldtype": "Date", "width": 110},
        {
            "fieldname": "amount",
            "label": _("Amount"),
            "fieldtype": "Currency",
            "options": "currency",
            "width": 130,
        },
        {"fieldname": "reason", "label": _("Why There Is No Amount"), "fieldtype": "Data", "width": 300},
        {"fieldname": "period", "label": _("Period"), "fieldtype": "Data", "width": 210},
        {"fieldname": "what", "label": _("What"), "fieldtype": "Data", "width": 90},
        {
            "fieldname": "service_contract",
            "label": _("Service Contract"),
            "fieldtype": "Link",
            "options": "Service Contract",
            "width": 170,
        },
        {"fieldname": "line_number", "label": _("Line"), "fieldtype": "Int", "width": 60},
        {"fieldname": "item_code", "label": _("Item"), "fieldtype": "Link", "options": "Item", "width": 150},
        {
            "fieldname": "customer",
            "label": _("Customer"),
            "fieldtype": "Link",
            "options": "Customer",
            "width": 160,
        },
        {
            "fieldname": "currency",
            "label": _("Currency"),
            "fieldtype": "Link",
            "options": "Currency",
            "width": 80,
        },
    ]
