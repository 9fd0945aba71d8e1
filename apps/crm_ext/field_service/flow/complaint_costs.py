"""The cost of complaints, from ERPNext's ledgers and from what they do not know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.field_service.flow import complaint_policy as policy
from crm_ext.field_service.queries import complaint_costs as queries
from crm_ext.field_service.rules.complaint_costs import Complaint, Costs
from crm_ext.shared.money import rounded, to_decimal

DESK, CREDIT_NOTE = "Time at the Desk", "Credit Note"
_ALWAYS = (date(1900, 1, 1), date(2999, 12, 31))
_NAMES = ("issue", "opened_on", "customer", "equipment", "item_code", "batch_no", "supplier", "cause")


@dataclass(frozen=True)
class Entry:
    """One posting: whose, when, how much of what, and the document behind it."""

    issue: str
    day: date
    costs: Costs
    doctype: str
    voucher: str


@dataclass(frozen=True)
class Ledger:
    """What the general ledger says about the documents of entries: to be the same as the entries' own sums."""

    parts: Decimal
    credit_notes: Decimal
    service_credits: Decimal


def entries(company: str, start: date, end: date, issue: str | None = None) -> list[Entry]:
    """Everything posted within the days for complaints that the user may read; a fixed number of statements."""
    found = [*_entries(company, start, end, issue)]
    allowed = queries.readable({entry.issue for entry in found})
    return [entry for entry in found if entry.issue in allowed]


def of_issue(issue: str) -> Costs:
    """All that one complaint has cost. Who may read the issue was decided by the caller."""
    company = frappe.db.get_value("Issue", issue, "company")
    return sum((entry.costs for entry in _entries(company, *_ALWAYS, issue)), Costs())


def complaints(issues: Iterable[str]) -> dict[str, Complaint]:
    return {
        row.issue: Complaint(**{name: row[name] or None for name in _NAMES})
        for row in queries.facts(set(issues))
    }


def in_ledger(found: Iterable[Entry]) -> Ledger:
    found = list(found)
    return Ledger(
        to_decimal(queries.stock_in_ledger({entry.voucher for entry in found if entry.costs.parts})),
        to_decimal(queries.credit_in_ledger({entry.voucher for entry in found if entry.costs.credit_notes})),
        to_decimal(
            queries.service_credits_in_ledger(
                {(entry.voucher, entry.issue) for entry in found if entry.costs.service_credits}
            )
        ),
    )


def fill(cost: Document) -> None:
    """While a cost is saved: its company and amount come from the issue, the hour's cost or the credit note."""
    party = queries.party_of(cost.issue)
    cost.company = party.company
    if cost.kind == CREDIT_NOTE:
        _fill_credit_note(cost, party)
        return
    if not cost.minutes:
        frappe.throw(_("Say how many minutes it took."))
    cost.sales_invoice = cost.cost_key = None
    cost.user = cost.user or frappe.session.user
    hour = to_decimal(policy.account_of(cost.company, "desk_hour_cost"))
    cost.amount = float(rounded(hour * cost.minutes / 60, cost.precision("amount")))


def _fill_credit_note(cost: Document, party: dict) -> None:
    note = queries.credit_note(cost.sales_invoice) if cost.sales_invoice else None
    if not note or not note.is_return or note.docstatus != 1 or note.company != party["company"]:
        frappe.throw(_("Choose a credit note of {0} that is submitted.").format(party["company"]))
    if party["customer"] and note.customer != party["customer"]:
        frappe.throw(
            _(
                "Credit note {0} is for customer {1}, the complaint is from {2}. Choose another credit note."
            ).format(cost.sales_invoice, note.customer, party["customer"])
        )
    if credited := queries.credited_by(cost.sales_invoice):
        frappe.throw(
            _(
                "Credit note {0} gives service credits and counts already for complaint {1}. Choose another credit note."
            ).format(cost.sales_invoice, credited)
        )
    cost.minutes, cost.user = 0, None
    cost.posted_on = note.posting_date
    cost.amount = -note.base_net_total
    # One complaint bears a credit note; the unique key decides between two people.
    cost.cost_key = cost.sales_invoice


def _entries(company: str, start: date, end: date, issue: str | None) -> Iterable[Entry]:
    """What is worth nothing is no cost: old parts that were taken back, hours without a cost."""
    return (entry for entry in _postings(company, start, end, issue) if entry.costs != Costs())


def _postings(*asked: object) -> Iterable[Entry]:
    for row in queries.parts(*asked):
        yield _entry(row, "Stock Entry", "parts")
    travel = policy.travel_activity()
    for row in queries.work(*asked):
        kind = "posted_labour" if row.is_posted else "travel" if row.activity_type == travel else "labour"
        yield _entry(row, "Timesheet", kind)
    for row in queries.kilometres(*asked):
        yield _entry(row, "Service Order", "posted_labour" if row.is_posted else "travel")
    for row in queries.credit_notes(*asked):
        yield _entry(row, "Sales Invoice", "credit_notes")
    for row in queries.service_credits(*asked):
        yield _entry(row, "Sales Invoice", "service_credits")
    for row in queries.desk_time(*asked):
        yield _entry(row, "Complaint Cost", "desk")
    for row in queries.claims(*asked):
        yield _entry(row, "Supplier Claim", "recovered" if row.status == "Settled" else "claimed")


def _entry(row: dict, doctype: str, kind: str) -> Entry:
    return Entry(
        row["issue"], getdate(row["day"]), Costs(**{kind: to_decimal(row["amount"])}), doctype, row["voucher"]
    )
