"""What is known about contracts and about what they name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

import frappe

from crm_ext.shared.periods import LAST_DAY, Period


def suspensions_of(contracts: Collection[str]) -> dict[str, list[Period]]:
    """Spans on which contracts rest, ascending; one that is open ends on the last day there is."""
    found: dict[str, list[Period]] = {}
    for row in frappe.get_all(
        "Contract Suspension",
        filters={"parent": ("in", contracts), "parenttype": "Service Contract"},
        fields=["parent", "from_date", "to_date"],
        order_by="parent, from_date",
    ):
        found.setdefault(row.parent, []).append(Period(row.from_date, row.to_date or LAST_DAY))
    return found


def index_clauses(names: Collection[str]) -> dict[str, tuple[dict, list[dict]]]:
    """Fields and table rows of index clauses, by name."""
    if not names:
        return {}
    heads = frappe.get_all(
        "Index Clause",
        filters={"name": ("in", names)},
        fields=[
            "name", "method", "percentage", "months_between", "minimum_percentage", "has_maximum",
            "maximum_percentage",
        ],
        order_by="name",
    )  # fmt: skip
    found: dict[str, tuple[dict, list[dict]]] = {head.name: (head, []) for head in heads}
    for row in frappe.get_all(
        "Index Clause Value",
        filters={"parent": ("in", names), "parenttype": "Index Clause"},
        fields=["parent", "valid_from", "value"],
        order_by="parent, idx",
    ):
        found[row.parent][1].append(row)
    return found


def equipment(names: Collection[str]) -> dict[str, tuple[str | None, str | None, str]]:
    """(customer, company, status) of pieces of equipment."""
    if not names:
        return {}
    rows = frappe.get_all(
        "Equipment",
        filters={"name": ("in", names)},
        fields=["name", "customer", "company", "status"],
        order_by="name",
    )
    return {row.name: (row.customer, row.company, row.status) for row in rows}


def items(codes: Collection[str]) -> dict[str, tuple[bool, bool, bool]]:
    """(disabled, sold, is a template) of items."""
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", codes)},
        fields=["name", "disabled", "is_sales_item", "has_variants"],
        order_by="name",
    )
    return {row.name: (bool(row.disabled), bool(row.is_sales_item), bool(row.has_variants)) for row in rows}


def items_without_deferred_account(codes: Collection[str], company: str) -> frozenset[str]:
    """Those of the items for which neither they nor the company name an account of deferred revenue."""
    if not codes or frappe.get_cached_value("Company", company, "default_deferred_revenue_account"):
        return frozenset()
    have = frappe.get_all(
        "Item Default",
        filters={"parent": ("in", codes), "company": company, "deferred_revenue_account": ("is", "set")},
        pluck="parent",
        order_by="parent",
    )
    return frozenset(codes) - frozenset(have)


def closed_until(company: str) -> date | None:
    """The last day up to which the company's books are closed or frozen; None where they are open."""
    closings = frappe.get_all(
        "Period Closing Voucher",
        filters={"company": company, "docstatus": 1},
        pluck="period_end_date",
        order_by="period_end_date desc",
        limit=1,
    )
    frozen = frappe.db.get_single_value("Accounts Settings", "acc_frozen_upto")
    return max((day for day in [*closings, frozen] if day), default=None)


def foreign_to(company: str, named: Sequence[tuple[str, str, str | None]]) -> list[tuple[str, str]]:
    """Those of (label, doctype, name) that belong to another company, as (label, name)."""
    return [
        (label, name)
        for label, doctype, name in named
        if name and frappe.get_cached_value(doctype, name, "company") not in (company, None, "")
    ]


def billed_periods(contract: str) -> list[dict]:
    """Fees billed of a contract by invoices that stand, oldest first.

    invoice_status: docstatus of the invoice; billed_at: when that was.
    """
    return frappe.db.sql(
        """
        select billed.billing_key, billed.contract_line, billed.period_start, billed.period_end, billed.amount,
            billed.sales_invoice, billed.sales_invoice_item, billed.creation as billed_at,
            invoice.docstatus as invoice_status
        from `tabBilled Period` billed
        join `tabSales Invoice` invoice on invoice.name = billed.sales_invoice
        where billed.service_contract = %s and billed.what = 'Period' and billed.amount > 0
            and invoice.docstatus < 2
        order by billed.period_start, billed.line_number
        for update
        """,
        contract,
        as_dict=True,
    )


def credits(contract: str) -> dict[tuple[str, date], list[dict]]:
    """What credit notes give back of each billed period of a contract, oldest first, by row and first day.

    Each: note; amount, positive; number, which counts those of the period.
    """
    found = defaultdict(list)
    for row in frappe.db.sql(
        """
        select contract_line, period_start, sales_invoice as note, -amount as amount,
            cast(substring_index(billing_key, '|', -1) as unsigned) as number
        from `tabBilled Period`
        where service_contract = %s and what = 'Credit'
        order by number
        for update
        """,
        contract,
        as_dict=True,
    ):
        found[row.contract_line, row.period_start].append(row)
    return found


def usage_billed_until(contract: str) -> dict[str, date]:
    """The last day up to which usage was billed, by row of the contract."""
    rows = frappe.db.sql(
        """
        select contract_line, max(period_end) from `tabBilled Period`
        where service_contract = %s and what = 'Usage' group by contract_line for update
        """,
        contract,
    )
    return dict(rows)


def was_billed_since(contract: str, moment: datetime, first_day: date) -> bool:
    """Whether, since a moment, a fee was billed of a contract for days from `first_day` on."""
    filters = {
        "service_contract": contract,
        "what": "Period",
        "creation": (">=", moment),
        "period_end": (">=", first_day),
    }
    return bool(frappe.db.get_value("Billed Period", filters, for_update=True))


def deferred_rows(invoices: Collection[str]) -> set[str]:
    """Rows of sales invoices whose revenue is deferred."""
    return set(
        frappe.get_all(
            "Sales Invoice Item",
            filters={"parent": ("in", invoices), "parenttype": "Sales Invoice", "enable_deferred_revenue": 1},
            pluck="name",
            order_by="parent, idx",
        )
    )


def rows_with_returns(rows: Collection[str]) -> set[str]:
    """Those of the invoice rows of which something was returned or credited already."""
    if not rows:
        return set()
    return set(
        frappe.get_all(
            "Sales Invoice Item",
            filters={"sales_invoice_item": ("in", rows), "docstatus": 1},
            pluck="sales_invoice_item",
            order_by="name",
        )
    )


def with_other_status(today: date, after: str, limit: int) -> list[dict]:
    """Submitted contracts whose stored status a day may have changed, by name after `after`."""
    return frappe.db.sql(
        """
        select name, status, docstatus, start_date, end_date, terminated_on
        from `tabService Contract`
        where docstatus = 1 and name > %(after)s and (
            (status = 'Upcoming' and start_date <= %(today)s)
            or (status in ('Active', 'Suspended', 'Upcoming') and (end_date < %(today)s or terminated_on < %(today)s))
            or (status = 'Active' and exists (
                select 1 from `tabContract Suspension` suspension
                where suspension.parent = `tabService Contract`.name and suspension.from_date <= %(today)s
                    and ifnull(suspension.to_date, %(last)s) >= %(today)s))
            or (status = 'Suspended' and not exists (
                select 1 from `tabContract Suspension` suspension
                where suspension.parent = `tabService Contract`.name and suspension.from_date <= %(today)s
                    and ifnull(suspension.to_date, %(last)s) >= %(today)s))
        )
        order by name limit %(limit)s
        """,
        {"today": today, "last": LAST_DAY, "after": after, "limit": limit},
        as_dict=True,
    )


def to_renew(today: date) -> list[dict]:
    """Contracts that renew themselves, and the last day to give notice is over: name."""
    return frappe.db.sql(
        """
        select name from `tabService Contract`
        where docstatus = 1 and renewal = 'Automatic' and renewal_months > 0
            and notice_given_on is null and terminated_on is null
            and end_date is not null and end_date >= date_sub(%(today)s, interval 1 month)
            and date_sub(end_date, interval notice_days + 1 day) < %(today)s
        order by name
        """,
        {"today": today},
        as_dict=True,
    )


def with_accepted_offer() -> list[dict]:
    """Contracts whose offer of renewal, or a later revision of it, was ordered: name."""
    return frappe.db.sql(
        """
        with recursive offers as (
            select contract.name as contract, contract.renewal_quotation as quotation
            from `tabService Contract` contract
            where contract.renewal_quotation is not null and contract.docstatus = 1
                and contract.terminated_on is null
            union
            select offers.contract, revision.name
            from `tabQuotation` revision join offers on revision.amended_from = offers.quotation
        )
        select distinct offers.contract as name
        from offers join `tabQuotation` quotation on quotation.name = offers.quotation
        where quotation.docstatus = 1 and quotation.status in ('Ordered', 'Partially Ordered')
        order by offers.contract
        """,
        as_dict=True,
    )


def latest_revision(quotation: str) -> str:
    """The quotation, or the latest one that it was amended to."""
    (latest,) = frappe.db.sql(
        """
        with recursive revisions as (
            select name, 0 as depth from `tabQuotation` where name = %s
            union
            select later.name, revisions.depth + 1
            from `tabQuotation` later join revisions on later.amended_from = revisions.name
            where revisions.depth < 100
        )
        select name from revisions order by depth desc limit 1
        """,
        quotation,
    ) or [(None,)]
    return latest[0]


def to_remind(today: date) -> list[dict]:
    """Contracts whose responsible is to be reminded today or since: their end nears and nobody has been told yet.

    What renews itself is not brought up any more when it is too late to give notice.
    """
    return frappe.db.sql(
        """
        select contract.name, contract.title, contract.customer_name, contract.responsible, contract.owner,
            contract.renewal, contract.end_date, contract.notice_days
        from `tabService Contract` contract
        where contract.docstatus = 1 and contract.notice_given_on is null and contract.terminated_on is null
            and contract.end_date >= %(today)s
            and date_sub(contract.end_date, interval contract.notice_days + contract.remind_days + 1 day) <= %(today)s
            and (
                contract.renewal != 'Automatic'
                or date_sub(contract.end_date, interval contract.notice_days + 1 day) >= %(today)s
            )
            and not exists (
                select 1 from `tabToDo` task
                where task.reference_type = 'Service Contract' and task.reference_name = contract.name
                    and task.date = date_sub(contract.end_date, interval contract.notice_days + 1 day)
            )
        order by contract.name
        """,
        {"today": today},
        as_dict=True,
    )


def orders_of_quotation(quotation: str) -> list[str]:
    """Submitted sales orders made from a quotation that are not closed yet."""
    return frappe.db.sql_list(
        """
        select distinct line.parent from `tabSales Order Item` line
        join `tabSales Order` sales_order on sales_order.name = line.parent
        where line.prevdoc_docname = %s and sales_order.docstatus = 1
            and sales_order.status not in ('Closed', 'Completed')
        order by line.parent
        """,
        quotation,
    )


def has_uses_or_bills(contract: str) -> bool:
    """Whether anything was billed of a contract or drawn from it."""
    return bool(
        frappe.db.exists("Billed Period", {"service_contract": contract})
        or frappe.db.exists("Entitlement Use", {"service_contract": contract})
    )
