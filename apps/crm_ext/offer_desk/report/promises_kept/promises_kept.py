"""Promises Kept as a desk report: what was offered, confirmed and delivered, and why it was late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_link_to_form, getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.offer_desk.flow import promises_kept as flow
from crm_ext.offer_desk.flow.promises_kept import Line
from crm_ext.offer_desk.rules import promises_kept as rules
from crm_ext.offer_desk.rules.promises_kept import Reason
from crm_ext.shared.calendars import Period, month_of

MONTHS_IN_CHART = 24
# What a line is grouped by, by the value of the filter.
GROUPS: dict[str, Callable[[Line], str]] = {
    "Customer": lambda line: line.order.customer,
    "Item": lambda line: line.order.item_code,
    "Representative": lambda line: line.representative,
}
OUTCOMES_IN_CHART = ("On Time", "Late", "Overdue")


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    if not (filters.company and filters.from_date and filters.to_date):
        return [], []
    frappe.has_permission("Company", doc=filters.company, throw=True)
    lines = flow.lines(
        filters.company,
        getdate(filters.from_date),
        getdate(filters.to_date),
        filters.customer,
        filters.item_code,
    )
    if filters.representative:
        lines = [line for line in lines if line.representative == filters.representative]
    chart = _chart(lines)
    summary = _summary(lines)
    if filters.outcome:
        lines = [line for line in lines if line.kept.outcome == filters.outcome]
    message = _cut_off(lines)
    if group := GROUPS.get(filters.group_by or ""):
        return _group_columns(filters.group_by), _groups(lines, group), message, chart, summary
    return _line_columns(), [_row(line) for line in lines], message, chart, summary


def _cut_off(lines: list[Line]) -> str | None:
    if len(lines) < flow.LINES_AT_MOST:
        return None
    return _("Only the first {0} lines are shown. Choose a shorter period.").format(flow.LINES_AT_MOST)


def _row(line: Line) -> dict[str, Any]:
    order, kept = line.order, line.kept
    return {
        "sales_order": order.sales_order,
        "customer": order.customer,
        "item_code": order.item_code,
        "qty": order.stock_qty,
        "stock_uom": order.stock_uom,
        "offered": order.offered,
        "confirmed": order.confirmed,
        "delivered": kept.delivered,
        "days_late": kept.days_late if kept.days_late and kept.days_late > 0 else None,
        "outcome": _(kept.outcome),
        "reason": _sentence(line.reason) if line.reason else None,
        "representative": line.representative,
    }


def _sentence(reason: Reason) -> str:
    """Escaped; documents are links for those who may read them."""
    document = _document(reason.doctype or "Delivery Note", reason.document)
    day = spelling.day(reason.day)
    sentences = {
        "date_moved": lambda: _("The order was moved to {0}.").format(day),
        "supply_late": lambda: _("{0} came {1} days late.").format(document, reason.days),
        "hold_expired": lambda: _("The hold on stock had expired on {0}.").format(day),
        "taken": lambda: _("The goods went to a later order by {0}.").format(document),
        "promised_too_early": lambda: (
            _("Confirmed for a day before {0}, the earliest possible.").format(day)
            if day
            else _("Confirmed although no date could be promised.")
        ),
        "unknown": lambda: _("No reason on record."),
    }
    return sentences[reason.code]()


def _document(doctype: str, name: str) -> str:
    if not name or not frappe.has_permission(doctype, "read"):
        return escape_html(_(doctype))
    return f"{escape_html(_(doctype))} {get_link_to_form(doctype, name)}"


def _groups(lines: list[Line], group: Callable[[Line], str]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        grouped[group(line)].append(line)
    rows = []
    for key, members in grouped.items():
        share = rules.share(line.kept for line in members)
        rows.append(
            {
                "group": key,
                "lines": share.lines,
                "on_time": share.on_time,
                "late": share.late,
                "overdue": share.overdue,
                "percent": None if share.percent is None else float(share.percent),
                "average_days_late": None
                if share.average_days_late is None
                else float(share.average_days_late),
            }
        )
    return sorted(rows, key=lambda row: (-(row["late"] + row["overdue"]), row["group"]))


def _line_columns() -> list[dict[str, Any]]:
    return [
        _column("sales_order", _("Sales Order"), "Link", 190, options="Sales Order"),
        _column("customer", _("Customer"), "Link", 160, options="Customer"),
        _column("item_code", _("Item"), "Link", 140, options="Item"),
        _column("qty", _("Quantity"), "Float", 90),
        _column("stock_uom", _("Unit"), "Link", 70, options="UOM"),
        _column("offered", _("Promised in Offer"), "Date", 150),
        _column("confirmed", _("Confirmed"), "Date", 125),
        _column("delivered", _("Delivered"), "Date", 125),
        _column("days_late", _("Days Late"), "Int", 95),
        _column("outcome", _("Outcome"), "Data", 100),
        _column("reason", _("Reason"), "HTML", 360),
        _column("representative", _("Representative"), "Data", 150),
    ]


def _group_columns(group_by: str) -> list[dict[str, Any]]:
    kinds = {"Customer": _("Customer"), "Item": _("Item"), "Representative": _("Representative")}
    linked = (
        {"fieldtype": "Link", "options": group_by} if group_by != "Representative" else {"fieldtype": "Data"}
    )
    return [
        {"fieldname": "group", "label": kinds[group_by], "width": 240, **linked},
        _column("lines", _("Lines"), "Int", 90),
        _column("on_time", _("On Time"), "Int", 100),
        _column("late", _("Late"), "Int", 90),
        _column("overdue", _("Overdue"), "Int", 100),
        _column("percent", _("Kept"), "Percent", 100),
        _column("average_days_late", _("Days Late on Average"), "Float", 150, precision=1),
    ]


def _column(name: str, label: str, kind: str, width: int, **values: Any) -> dict[str, Any]:
    return {"fieldname": name, "label": label, "fieldtype": kind, "width": width, **values}


def _chart(lines: list[Line]) -> dict[str, Any] | None:
    """Lines by the month for which they were confirmed; `periods` is what a click on a bar opens."""
    calendar = "Jalali" if spelling.reads_persian() else "Gregorian"
    counted: dict[Period, dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES_IN_CHART, 0))
    for line in lines:
        if line.kept.outcome in OUTCOMES_IN_CHART:
            counted[month_of(line.order.confirmed, calendar)][line.kept.outcome] += 1
    months = sorted(counted, key=lambda month: month.start)[-MONTHS_IN_CHART:]
    if not months:
        return None
    names = {"On Time": _("On Time"), "Late": _("Late"), "Overdue": _("Overdue")}
    return {
        "data": {
            "labels": [spelling.month(month.start, calendar) for month in months],
            "datasets": [
                {"name": names[outcome], "values": [counted[month][outcome] for month in months]}
                for outcome in OUTCOMES_IN_CHART
            ],
        },
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "barOptions": {"stacked": 1},
        "colors": ["#1d7a4d", "#b45309", "#b91c1c"],
        "periods": [[month.start.isoformat(), month.end.isoformat()] for month in months],
    }


def _summary(lines: list[Line]) -> list[dict[str, Any]] | None:
    share = rules.share(line.kept for line in lines)
    if not share.lines:
        return None
    figures = [
        {"label": _("Lines"), "value": share.lines, "datatype": "Int"},
        {"label": _("On Time"), "value": share.on_time, "datatype": "Int", "indicator": "Green"},
        {"label": _("Late"), "value": share.late, "datatype": "Int", "indicator": "Orange"},
        {"label": _("Overdue"), "value": share.overdue, "datatype": "Int", "indicator": "Red"},
    ]
    if share.percent is not None:
        figures.append({"label": _("Percent Kept"), "value": round(share.percent), "datatype": "Int"})
    if share.average_days_late is not None:
        figures.append(
            {"label": _("Days Late on Average"), "value": float(share.average_days_late), "datatype": "Float"}
        )
    return figures
