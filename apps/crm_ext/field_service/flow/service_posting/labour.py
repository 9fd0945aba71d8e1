"""Work and travel: a timesheet for each employee, and, where the site wants it, their cost in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.field_service.flow import work_times
from crm_ext.field_service.flow.service_posting import accounts
from crm_ext.field_service.flow.service_posting.guarding import remember
from crm_ext.field_service.queries import service_posting as queries
from crm_ext.shared.money import rounded, to_decimal


def is_posted() -> bool:
    """Whether the site wants the cost of work in the ledger."""
    return bool(frappe.get_cached_doc("Field Service Settings").labour_in_ledger)


def by_employee(order: Document) -> list[tuple[str, list[Document]]]:
    """The order's times by the employee who worked them, in the order of their first line."""
    rows = work_times.worked(order)
    technicians = queries.technicians({row.technician for row in rows})
    found: dict[str, list[Document]] = defaultdict(list)
    for row in rows:
        employee = row.technician in technicians and technicians[row.technician].employee
        if employee:
            found[employee].append(row)
    return list(found.items())


def book_times(order: Document) -> list[Document]:
    """Submitted timesheets, one for each employee, in the order of their first line."""
    technicians = queries.technicians({row.technician for row in work_times.worked(order)})
    return [_book(order, employee, own, technicians) for employee, own in by_employee(order)]


def activity_type(row: Document, technician: dict) -> str | None:
    """Of the line, else of the technician, else of Field Service Settings."""
    settings = frappe.get_cached_doc("Field Service Settings")
    if row.activity_type:
        return row.activity_type
    if row.what == "Travel":
        return settings.travel_activity_type
    return technician.activity_type or settings.labour_activity_type


def cost_of(sheets: Sequence[Document]) -> float:
    """What the hours cost, in company currency."""
    return sum(sheet.base_total_costing_amount for sheet in sheets)


def kilometre_cost(order: Document) -> Decimal:
    """What the kilometres cost, in company currency."""
    kilometres = sum(to_decimal(row.kilometres) for row in work_times.worked(order))
    return rounded(_per_kilometre() * kilometres, _precision(order))


def post_to_ledger(order: Document, sheets: Sequence[Document]) -> Document | None:
    """Cost of hours and kilometres by payer, taken over from payroll; None where the site keeps them out of the ledger."""
    if not is_posted():
        return None
    costs = _costs_by_payer(order, sheets)
    total = sum(costs.values(), Decimal(0))
    if total <= 0:
        return None
    journal = frappe.new_doc("Journal Entry")
    journal.update(
        {
            "voucher_type": "Journal Entry",
            "company": order.company,
            "posting_date": order.posting_date,
            "service_order": order.name,
            "user_remark": _("Work and travel of {0}: {1}").format(order.name, order.title),
        }
    )
    cost_center = accounts.cost_center_of(order)
    for payer, cost in costs.items():
        contract = accounts.contract_of(order, payer)
        journal.append(
            "accounts",
            {
                "account": accounts.of_work(order.company, payer),
                "debit_in_account_currency": float(cost),
                "cost_center": cost_center,
                "service_contract": contract,
            },
        )
    journal.append(
        "accounts",
        {
            "account": accounts.of_work_taken_over(order.company),
            "credit_in_account_currency": float(total),
            "cost_center": cost_center,
        },
    )
    # Whoever may submit the order posts what belongs to it.
    journal.flags.ignore_permissions = True
    journal.submit()
    remember(order, journal)
    return journal


def _book(order: Document, employee: str, rows: Sequence[Document], technicians: dict) -> Document:
    sheet = frappe.new_doc("Timesheet")
    sheet.update(
        {
            "company": order.company,
            "employee": employee,
            "customer": order.customer,
            "service_order": order.name,
            # What an hour costs is known in this currency; a new document would bring the site's.
            "currency": frappe.get_cached_value("Company", order.company, "default_currency"),
            "exchange_rate": 1,
            "note": f"{order.name}: {order.title}",
        }
    )
    for row, (start, end) in zip(rows, work_times.ledger_times(rows), strict=True):
        technician = technicians[row.technician]
        sheet.append(
            "time_logs",
            {
                "activity_type": activity_type(row, technician),
                "from_time": start,
                "to_time": end,
                "hours": row.hours,
                "description": order.title,
                # The order bills; hours that ERPNext holds for billable would be billed again.
                "is_billable": 0,
                # Zero: by ERPNext's Activity Cost.
                "costing_rate": technician.cost_per_hour,
            },
        )
    # Whoever may submit the order posts what belongs to it.
    sheet.flags.ignore_permissions = True
    sheet.submit()
    remember(order, sheet, employee)
    return sheet


def _costs_by_payer(order: Document, sheets: Sequence[Document]) -> dict[str, Decimal]:
    """Cost of every line shared out among its payers by hours; the last payer takes what rounding leaves."""
    costs: dict[str, Decimal] = defaultdict(Decimal)
    seconds = {row.share_of: row for row in order.times if row.share_of}
    for row, cost in _cost_of_rows(order, sheets):
        second = seconds.get(row.name)
        part = (
            rounded(cost * to_decimal(second.charged_hours) / to_decimal(row.hours), _precision(order))
            if second
            else Decimal(0)
        )
        costs[row.payer] += cost - part
        if second:
            costs[second.payer] += part
    return {payer: cost for payer, cost in costs.items() if cost}


def _cost_of_rows(order: Document, sheets: Sequence[Document]) -> list[tuple[Document, Decimal]]:
    rows = work_times.worked(order)
    technicians = queries.technicians({row.technician for row in rows})
    logs = {sheet.employee: iter(sheet.time_logs) for sheet in sheets}
    found = []
    for row in rows:
        log = next(logs[technicians[row.technician].employee])
        kilometres = rounded(_per_kilometre() * to_decimal(row.kilometres), _precision(order))
        found.append((row, to_decimal(log.base_costing_amount) + kilometres))
    return found


def _per_kilometre() -> Decimal:
    return to_decimal(frappe.get_cached_doc("Dispatch Settings").cost_per_kilometre)


def _precision(order: Document) -> int:
    """Digits of the company's currency."""
    return order.precision("labour_cost")
