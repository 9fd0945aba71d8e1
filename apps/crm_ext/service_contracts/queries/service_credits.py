"""Complaints under contracts that missed what they were promised, and what was billed and given back for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import frappe


def late_complaints(contract: str, now: datetime) -> list[dict]:
    """Complaints of a contract whose response or solution came after its time, or has not come by now, oldest first."""
    return frappe.db.sql(
        """
        select name, subject, status, opening_date, contract_line, service_level_agreement, no_credit_reason,
            response_by, first_responded_on, on_hold_since, total_hold_time, sla_resolution_by, sla_resolution_date
        from `tabIssue`
        where service_contract = %(contract)s and contract_line > '' and (
            response_by < coalesce(first_responded_on, sla_resolution_date, %(now)s)
            or sla_resolution_by < coalesce(sla_resolution_date, %(now)s)
        )
        order by opening_date, name
        """,
        {"contract": contract, "now": now},
        as_dict=True,
    )


def contracts_with_misses(final: tuple[str, ...]) -> list[str]:
    """Submitted contracts with a complaint in one of these statuses that missed a time for which nothing was given yet.

    Some of them have nothing to give all the same: what a contract gives is reckoned under its lock.
    """
    return frappe.db.sql_list(
        """
        select distinct contract.name
        from `tabService Contract` contract
        join `tabService Contract Line` line on line.parent = contract.name and line.service_credit > ''
        join `tabIssue` issue on issue.service_contract = contract.name
        join `tabService Contract Line` served
            on served.name = issue.contract_line and served.line_number = line.line_number
        where contract.docstatus = 1 and issue.status in %(final)s and ifnull(issue.no_credit_reason, '') = ''
            and ((
                line.response_credit > 0
                and issue.response_by < coalesce(issue.first_responded_on, issue.sla_resolution_date)
                and not exists (
                    select 1 from `tabBilled Period` given
                    where given.billing_key = concat(issue.name, '|Response|Service Credit'))
            ) or (
                line.resolution_credit > 0 and issue.sla_resolution_by < issue.sla_resolution_date
                and not exists (
                    select 1 from `tabBilled Period` given
                    where given.billing_key = concat(issue.name, '|Resolution|Service Credit'))
            ))
        order by contract.name
        """,
        {"final": final},
    )


def billed(contract: str, *, as_it_stands: bool) -> list[dict]:
    """Fees, usage and credits of a contract with their invoices, oldest first.

    as_it_stands: read what stands now and lock it, instead of what stood when the transaction began.
    """
    return frappe.db.sql(
        f"""
        select period.name, period.what, period.line_number, period.period_start, period.period_end, period.amount,
            period.billing_key, period.issue, period.missed, period.sales_invoice, period.sales_invoice_item,
            invoice.docstatus as invoice_status
        from `tabBilled Period` period
        left join `tabSales Invoice` invoice on invoice.name = period.sales_invoice
        where period.service_contract = %s and period.what in ('Period', 'Usage', 'Credit', 'Service Credit')
        order by period.period_start, period.line_number, period.billing_key
        {"for update" if as_it_stands else ""}
        """,
        contract,
        as_dict=True,
    )


def credit_note_of(issue: str) -> str | None:
    return frappe.db.get_value("Billed Period", {"issue": issue}, "sales_invoice")


def subjects(issues: Collection[str]) -> dict[str, str]:
    if not issues:
        return {}
    rows = frappe.get_all(
        "Issue", filters={"name": ("in", issues)}, fields=["name", "subject"], order_by="name", as_list=True
    )
    return dict(rows)
