"""Contract Profit as a desk report: what contracts earned, cost and left, with what it rests on."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import cint, flt, getdate

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.marketing_automation.queries.campaign_return import companies_for
from crm_ext.service_contracts.flow import contract_profit as flow
from crm_ext.service_contracts.queries import contract_profit as queries
from crm_ext.service_contracts.rules import contract_profit as rules
from crm_ext.service_contracts.rules.contract_profit import Part, Profit
from crm_ext.shared.calendars import month_of

LINES_IN_CHART = 12
# What a filter asks for that wants what falls to nobody.
_NOBODY = "-"
_MONEY = (
    "revenue",
    "parts",
    "labour",
    "penalties",
    "other_costs",
    "ledger_profit",
    "labour_outside",
    "travel_outside",
    "profit",
    "complaint_costs",
    "deferred",
)


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    request = _request(filters)
    answer = flow.answer(request)
    found = answer.lines
    limit = cint(filters.limit)
    shown = found[:limit] if limit else found
    currency = frappe.get_cached_value("Company", request.company, "default_currency")
    labels = _labels(request, shown)
    column = queries.dimension()
    rows = [_row(line, labels, currency) | _days(line, request) | {"dimension": column} for line in shown]
    if found:
        rows.append(_row(rules.total(found), {"": _("Total")}, currency) | {"is_total": 1, "bold": 1})
    return (
        _columns(request),
        rows,
        _message(request, answer, len(shown), currency),
        _chart(rows[:-1], request),
        _summary(rules.total(found), currency) if found else None,
    )


def _request(filters: frappe._dict) -> flow.Request:
    if not filters.company or filters.company not in companies_for(frappe.session.user):
        frappe.throw(_("Choose one of your companies."), frappe.PermissionError)
    if not filters.from_date or not filters.to_date:
        frappe.throw(_("Choose a period: both From Date and To Date are needed."))
    start, end = getdate(filters.from_date), getdate(filters.to_date)
    if start > end:
        frappe.throw(_("From Date is after To Date. Exchange them or choose another period."))
    if filters.equipment and filters.technician:
        frappe.throw(_("Choose either a unit or a technician, not both."))
    seen = queries.contracts_seen_by_user(filters.company, filters.customer, filters.service_contract)
    return flow.Request(
        filters.company,
        start,
        end,
        filters.view or rules.CONTRACT,
        "Jalali" if filters.calendar == "Jalali" else "Gregorian",
        None if seen is None else tuple(seen),
        _part(filters),
    )


def _part(filters: frappe._dict) -> Part | None:
    for field, view in (("equipment", rules.EQUIPMENT), ("technician", rules.TECHNICIAN)):
        if key := filters.get(field):
            return Part(view, "" if key == _NOBODY else key)
    return None


def _labels(request: flow.Request, lines: list[Profit]) -> dict[str, str]:
    keys = [line.key for line in lines if line.key]
    if request.view == rules.MONTH:
        return {key: spelling.month(key, request.calendar) for key in keys}
    nobody = {
        rules.EQUIPMENT: _("Not tied to a unit"),
        rules.TECHNICIAN: _("Not of one technician"),
    }.get(request.view, _("Unknown"))
    named = {
        rules.CONTRACT: ("Service Contract", "title"),
        rules.CUSTOMER: ("Customer", "customer_name"),
        rules.EQUIPMENT: ("Equipment", "equipment_name"),
    }.get(request.view)
    found = queries.names_of(named[0], keys, named[1]) if named and keys else {}
    return {key: found.get(key) or key for key in keys} | {"": nobody}


def _days(line: Profit, request: flow.Request) -> dict[str, str]:
    """First and last day of a month's line, by which its rows are opened."""
    if request.view != rules.MONTH:
        return {}
    month = month_of(getdate(line.key), request.calendar)
    return {"first_day": month.start.isoformat(), "last_day": month.end.isoformat()}


def _row(line: Profit, labels: dict[str, str], currency: str) -> dict[str, Any]:
    return {
        "key": line.key,
        "label": labels.get(line.key, line.key),
        "currency": currency,
        "margin": None if line.margin is None else flt(line.margin * 100, 1),
        "visits": line.visits,
        "complaints": line.complaints,
        "hours": flt(line.hours, 2),
        **{name: flt(getattr(line, name)) for name in _MONEY},
    }


def _columns(request: flow.Request) -> list[dict[str, Any]]:
    money = {"fieldtype": "Currency", "options": "currency", "width": 125}
    first = {
        rules.CONTRACT: _("Contract"),
        rules.CUSTOMER: _("Customer"),
        rules.EQUIPMENT: _("Equipment"),
        rules.TECHNICIAN: _("Technician"),
        rules.MONTH: _("Month"),
    }[request.view]
    columns = [{"fieldname": "label", "label": first, "fieldtype": "Data", "width": 220}]
    if request.view in (rules.CONTRACT, rules.EQUIPMENT):
        # No link field: it would show the title, which stands beside it.
        columns.append({"fieldname": "key", "label": _("ID"), "fieldtype": "Data", "width": 150})
    labels = {
        "revenue": _("Revenue"),
        "parts": _("Parts"),
        "labour": _("Labour Posted"),
        "penalties": _("Penalties"),
        "other_costs": _("Other Costs"),
        "ledger_profit": _("Profit in the Ledger"),
        "labour_outside": _("Labour Not in the Ledger"),
        "travel_outside": _("Travel Not in the Ledger"),
        "profit": _("True Profit"),
    }
    columns += [{"fieldname": name, "label": label, **money} for name, label in labels.items()]
    columns += [
        {"fieldname": "margin", "label": _("Margin"), "fieldtype": "Percent", "width": 90},
        {"fieldname": "visits", "label": _("Visits"), "fieldtype": "Int", "width": 80},
        {"fieldname": "hours", "label": _("Hours"), "fieldtype": "Float", "precision": 2, "width": 80},
        {"fieldname": "complaints", "label": _("Complaints"), "fieldtype": "Int", "width": 100},
        {"fieldname": "complaint_costs", "label": _("Thereof for Complaints"), **money},
    ]
    if request.view != rules.MONTH:
        columns.append({"fieldname": "deferred", "label": _("Invoiced, Not Yet Earned"), **money})
    return columns


def _message(request: flow.Request, answer: flow.Answer, shown: int, currency: str) -> str | None:
    if not answer.lines:
        return None
    sentences = []
    if shown < len(answer.lines):
        sentences.append(
            _("{0} of {1} lines are shown; the total counts all of them.").format(shown, len(answer.lines))
        )
    if request.finest == rules.EQUIPMENT:
        sentences.append(
            _(
                "Revenue of a contract is shared out by what was billed for each unit; what a line bills for several units, by the days that each was covered. The rest is not tied to a unit."
            )
        )
    elif request.finest == rules.TECHNICIAN:
        sentences.append(_("Revenue of a contract is shared out by the hours that its technicians worked."))
    if request.part:
        sentences.append(
            _("Shown is what falls to {0}; the rows behind a figure are those of the whole contract.").format(
                request.part.key or _("nobody")
            )
        )
    elif request.contracts is None:
        check = flow.ledger_check(request, answer)
        amounts = [
            spelling.money(check[side], currency)
            for side in ("with_contract", "without_contract", "difference")
        ]
        sentences.append(
            _(
                "Income in the general ledger: {0} with a contract, {1} without. Difference between this report and the ledger: {2}."
            ).format(*amounts)
        )
    return spelling.digits(" ".join(sentences)) or None


def _chart(rows: list[dict[str, Any]], request: flow.Request) -> dict[str, Any] | None:
    if not rows:
        return None
    drawn = rows if request.view == rules.MONTH else rows[:LINES_IN_CHART]
    return {
        "data": {
            "labels": [row["label"] for row in drawn],
            "datasets": [
                {"name": _("Revenue"), "values": [row["revenue"] for row in drawn]},
                {"name": _("True Profit"), "values": [row["profit"] for row in drawn]},
            ],
        },
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "fieldtype": "Currency",
    }


def _summary(whole: Profit, currency: str) -> list[dict[str, Any]]:
    money = {"datatype": "Currency", "currency": currency}
    cards = [
        {"label": _("Revenue"), "value": flt(whole.revenue), **money},
        {"label": _("Costs in the Ledger"), "value": flt(whole.ledger_costs), **money},
        {
            "label": _("Labour and Travel Not in the Ledger"),
            "value": flt(whole.labour_outside + whole.travel_outside),
            **money,
        },
        {
            "label": _("True Profit"),
            "value": flt(whole.profit),
            "indicator": "Green" if whole.profit >= 0 else "Red",
            **money,
        },
    ]
    if whole.deferred:
        cards.append({"label": _("Invoiced, Not Yet Earned"), "value": flt(whole.deferred), **money})
    return cards
