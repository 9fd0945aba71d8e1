"""Cost of Quality as a desk report: what complaints cost, on what it lands, and whether the ledger says the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.utils import flt, getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.flow import complaint_costs as flow
from crm_ext.field_service.flow.complaint_costs import Entry
from crm_ext.field_service.rules import complaint_costs as rules
from crm_ext.field_service.rules.complaint_costs import Complaint, Costs, Group
from crm_ext.marketing_automation.queries.campaign_return import companies_for
from crm_ext.offer_desk.queries.cost_sight import may_see_cost
from crm_ext.shared.calendars import month_of

LINES_IN_CHART = 12
DOCUMENT = "Document"
# By the value of the filter: (field of the complaint, doctype of its values).
GROUPS = {
    "Complaint": ("issue", "Issue"),
    "Item": ("item_code", "Item"),
    "Batch": ("batch_no", "Batch"),
    "Supplier": ("supplier", "Supplier"),
    "Cause": ("cause", "Complaint Cause"),
    "Month": ("month", None),
}
# Filters of the report that narrow it down, by field of the complaint.
_NARROW = ("issue", "item_code", "batch_no", "supplier", "cause")
_UNKNOWN = "-"
_MONEY = (
    "parts",
    "credit_notes",
    "service_credits",
    "posted_labour",
    "labour",
    "travel",
    "desk",
    "total",
    "claimed",
    "recovered",
    "net",
)


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    start, end = _require(filters)
    found = flow.entries(filters.company, start, end, filters.issue or None)
    complaints = flow.complaints({entry.issue for entry in found})
    found = [entry for entry in found if _is_meant(complaints[entry.issue], filters)]
    currency = frappe.get_cached_value("Company", filters.company, "default_currency")
    whole = sum((entry.costs for entry in found), Costs())
    message = _message(found, whole, currency) if found else None
    summary = _summary(whole, currency) if found else None
    if filters.group_by == DOCUMENT:
        return _document_columns(), [_document(entry, currency) for entry in found], message, None, summary
    by = filters.group_by if filters.group_by in GROUPS else "Complaint"
    groups = rules.grouped(
        ((entry.issue, entry.day, entry.costs) for entry in found),
        complaints,
        GROUPS[by][0],
        {entry.day: _month(entry.day, filters.calendar) for entry in found},
    )
    rows = [_row(group, by, complaints, currency) for group in groups]
    if by == "Month":
        rows.sort(key=lambda row: row["key"])
    chart = _chart(rows)
    if rows:
        members = {issue for group in groups for issue in group.complaints}
        rows.append(
            _row(Group(_("Total"), whole, tuple(members)), by, {}, currency) | {"is_total": 1, "bold": 1}
        )
    return _columns(by), rows, message, chart, summary


def _require(filters: frappe._dict) -> tuple[date, date]:
    if not may_see_cost():
        frappe.throw(
            _("You may not see costs. Ask whoever keeps the Offer Desk Settings."), frappe.PermissionError
        )
    if not filters.company or filters.company not in companies_for(frappe.session.user):
        frappe.throw(_("Choose one of your companies."), frappe.PermissionError)
    if not filters.from_date or not filters.to_date:
        frappe.throw(_("Choose a period: both From Date and To Date are needed."))
    start, end = getdate(filters.from_date), getdate(filters.to_date)
    if start > end:
        frappe.throw(_("From Date is after To Date. Exchange them or choose another period."))
    return start, end


def _is_meant(complaint: Complaint, filters: frappe._dict) -> bool:
    """A filter of "-" asks for what is not known."""
    return all(
        (getattr(complaint, field) or _UNKNOWN) == filters[field] for field in _NARROW if filters.get(field)
    )


def _month(day: date, calendar: str | None) -> str:
    """First day of the month that a day lies in, by which months are sorted and opened."""
    return month_of(day, "Jalali" if calendar == "Jalali" else "Gregorian").start.isoformat()


def _row(group: Group, by: str, complaints: dict[str, Complaint], currency: str) -> dict[str, Any]:
    row = {
        "key": group.key or _UNKNOWN,
        "label": group.key or _("Not known"),
        "complaints": len(group.complaints),
        "currency": currency,
        **{name: flt(getattr(group.costs, name)) for name in _MONEY},
    }
    if by == "Month" and group.key and group.key[:1].isdigit():
        row |= _month_words(getdate(group.key))
    if by == "Complaint" and group.key in complaints:
        about = complaints[group.key]
        row |= {
            "customer": about.customer,
            "item_code": about.item_code,
            "batch_no": about.batch_no,
            "supplier": about.supplier,
            "cause": about.cause,
        }
    return row


def _month_words(first: date) -> dict[str, str]:
    """2026-11, or 1405/08 where the month is a Jalali one, in the reader's digits; with the days that a click opens."""
    calendar = "Gregorian" if first.day == 1 else "Jalali"
    month = month_of(first, calendar)
    return {
        "label": spelling.month(first, calendar),
        "first_day": month.start.isoformat(),
        "last_day": month.end.isoformat(),
    }


def _document(entry: Entry, currency: str) -> dict[str, Any]:
    costs = entry.costs
    kind = next(
        name for name in ("claimed", "recovered", *rules.IN_LEDGER, *rules.OUTSIDE) if getattr(costs, name)
    )
    return {
        "issue": entry.issue,
        "day": entry.day,
        "kind": _labels()[kind],
        "doctype": entry.doctype,
        "voucher": entry.voucher,
        "amount": flt(getattr(costs, kind)),
        "currency": currency,
    }


def _labels() -> dict[str, str]:
    return {
        "parts": _("Parts"),
        "credit_notes": _("Credit Notes"),
        "service_credits": _("Service Credits"),
        "posted_labour": _("Work Posted"),
        "labour": _("Work Not in the Ledger"),
        "travel": _("Travel Not in the Ledger"),
        "desk": _("Desk Not in the Ledger"),
        "total": _("Cost"),
        "claimed": _("Claimed, Open"),
        "recovered": _("Settled by Suppliers"),
        "net": _("Stays with Us"),
    }


def _columns(by: str) -> list[dict[str, Any]]:
    doctype = GROUPS[by][1]
    first = {"Complaint": _("Complaint"), "Item": _("Item"), "Batch": _("Batch"), "Supplier": _("Supplier")}
    first |= {"Cause": _("Cause"), "Month": _("Month")}
    columns = [_column("label", first[by], "Data", 190)]
    if by == "Complaint":
        links = (
            ("customer", _("Customer"), "Customer"),
            ("item_code", _("Item"), "Item"),
            ("batch_no", _("Batch"), "Batch"),
            ("supplier", _("Supplier"), "Supplier"),
            ("cause", _("Cause"), "Complaint Cause"),
        )
        columns[0] = _column("label", first[by], "Link", 170, options=doctype)
        columns += [_column(name, label, "Link", 120, options=options) for name, label, options in links]
    else:
        columns.append(_column("complaints", _("Complaints"), "Int", 100))
    return columns + [
        _column(name, label, "Currency", 125, options="currency") for name, label in _labels().items()
    ]


def _document_columns() -> list[dict[str, Any]]:
    return [
        _column("issue", _("Complaint"), "Link", 170, options="Issue"),
        _column("day", _("Date"), "Date", 120),
        _column("kind", _("Kind"), "Data", 180),
        _column("doctype", _("Type"), "Data", 140),
        _column("voucher", _("Document"), "Dynamic Link", 200, options="doctype"),
        _column("amount", _("Amount"), "Currency", 130, options="currency"),
    ]


def _column(name: str, label: str, kind: str, width: int, **values: Any) -> dict[str, Any]:
    return {"fieldname": name, "label": label, "fieldtype": kind, "width": width, **values}


def _message(found: list[Entry], whole: Costs, currency: str) -> str:
    """What the ledgers say about the same documents, and what no ledger says."""
    ledger = flow.in_ledger(found)

    def money(amount: Any) -> str:
        return spelling.money(amount, currency)

    return " ".join(
        (
            _("Parts: {0} in the stock ledger, {1} in the general ledger, difference {2}.").format(
                money(whole.parts), money(ledger.parts), money(whole.parts - ledger.parts)
            ),
            _("Credit notes: {0} in the documents, {1} in the general ledger, difference {2}.").format(
                money(whole.credit_notes),
                money(ledger.credit_notes),
                money(whole.credit_notes - ledger.credit_notes),
            ),
            _("Service credits: {0} in the documents, {1} in the general ledger, difference {2}.").format(
                money(whole.service_credits),
                money(ledger.service_credits),
                money(whole.service_credits - ledger.service_credits),
            ),
            _("Work, travel and desk time of {0} are not in the ledger.").format(
                money(whole.labour + whole.travel + whole.desk)
            ),
        )
    )


def _chart(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not rows:
        return None
    drawn = rows[:LINES_IN_CHART]
    return {
        "data": {
            "labels": [row["label"] for row in drawn],
            "datasets": [
                {"name": _("Stays with Us"), "values": [row["net"] for row in drawn]},
                {"name": _("Settled by Suppliers"), "values": [row["recovered"] for row in drawn]},
            ],
        },
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "fieldtype": "Currency",
        "barOptions": {"stacked": 1},
        "colors": ["#b45309", "#1d7a4d"],
    }


def _summary(whole: Costs, currency: str) -> list[dict[str, Any]]:
    money = {"datatype": "Currency", "currency": currency}
    in_ledger = sum(getattr(whole, name) for name in rules.IN_LEDGER)
    return [
        {"label": _("Cost"), "value": flt(whole.total), **money},
        {"label": _("In the Ledger"), "value": flt(in_ledger), **money},
        {"label": _("Not in the Ledger"), "value": flt(whole.total - in_ledger), **money},
        {"label": _("Settled by Suppliers"), "value": flt(whole.recovered), "indicator": "Green", **money},
        {"label": _("Stays with Us"), "value": flt(whole.net), "indicator": "Orange", **money},
    ]
