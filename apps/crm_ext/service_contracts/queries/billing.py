"""What the billing run reads: contracts that are due, their lines, and what was billed of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

import frappe
from frappe.query_builder.functions import Count

_INVOICE_FIELDS = (
    "customer", "company", "currency", "invoicing", "submit_invoices", "selling_price_list", "taxes_and_charges",
    "payment_terms_template", "cost_center", "project",
)  # fmt: skip
_CONTRACT_FIELDS = (
    "name", "title", "docstatus", "modified", "start_date", "end_date", "terminated_on", "calendar", "billing_stopped",
    "next_billing_date", *_INVOICE_FIELDS,
)  # fmt: skip
_LINE_FIELDS = (
    "name", "parent", "idx", "line_number", "item_code", "item_name", "description", "equipment", "start_date",
    "end_date", "kind", "qty", "uom", "price_source", "rate", "discount_percentage", "index_clause", "price_since",
    "meter", "included_units", "defer_revenue", "interval_count", "interval_unit", "calendar", "periods_from",
    "billing_timing", "pro_rata", "free_periods", "visits_included", "hours_included", "overage_item", "overage_rate",
)  # fmt: skip


def due(
    up_to: date, *, company: str | None = None, contract: str | None = None, run: str | None = None
) -> list[dict]:
    """Contracts with something due on or before a day that `run` has not looked at, the longest due first.

    One read of the index on the day of the next billing. Each: name, customer, company, invoicing.
    """
    table = frappe.qb.DocType("Service Contract")
    query = (
        frappe.qb.from_(table)
        .select(table.name, table.customer, table.company, table.invoicing)
        .where((table.next_billing_date <= up_to) & (table.docstatus == 1) & (table.billing_stopped == 0))
        .orderby(table.next_billing_date, table.name)
    )
    if company:
        query = query.where(table.company == company)
    if contract:
        query = query.where(table.name == contract)
    if run:
        query = query.where(table.last_billing_run.isnull() | (table.last_billing_run != run))
    return query.run(as_dict=True)


def claim(names: Collection[str], up_to: date, run: str, *, wait: bool = False) -> dict[str, object]:
    """Locks those of the contracts that are still to be billed by this run; gives when each was changed last.

    Contracts that another process works on are left out, or waited for. The locks end with the transaction, and so with
    a process that is killed.
    """
    rows = frappe.db.sql(
        f"""
        select name, modified from `tabService Contract`
        where name in %(names)s and docstatus = 1 and billing_stopped = 0 and next_billing_date <= %(up_to)s
            and (last_billing_run is null or last_billing_run != %(run)s)
        for update {"" if wait else "skip locked"}
        """,
        {"names": tuple(names), "up_to": up_to, "run": run},
    )
    return dict(rows)


def lock(names: Collection[str]) -> None:
    """Waits for whoever bills or changes these contracts."""
    frappe.db.sql(
        "select name from `tabService Contract` where name in %s order by name for update", [tuple(names)]
    )


def contracts(names: Collection[str]) -> dict[str, dict]:
    """Contracts with their `lines`, `suspensions` and `covered_equipment`, in a fixed number of statements."""
    found = {row.name: row for row in _all("Service Contract", {"name": ("in", names)}, _CONTRACT_FIELDS)}
    tables = {
        "lines": ("Service Contract Line", _LINE_FIELDS),
        "suspensions": ("Contract Suspension", ("parent", "from_date", "to_date")),
        "covered_equipment": (
            "Contract Equipment",
            ("parent", "line_number", "equipment", "from_date", "to_date"),
        ),
    }
    for field, (doctype, columns) in tables.items():
        for contract in found.values():
            contract[field] = []
        filters = {"parent": ("in", names), "parenttype": "Service Contract", "parentfield": field}
        for row in _all(doctype, filters, columns, "parent, idx"):
            found[row.parent][field].append(row)
    return found


def submitted(
    *, company: str | None = None, customer: str | None = None, contract: str | None = None
) -> list[str]:
    """Contracts that are billed at all."""
    filters = {"docstatus": 1, "billing_stopped": 0, "next_billing_date": ("is", "set")}
    filters |= {key: value for key, value in (("company", company), ("customer", customer)) if value}
    if contract:
        filters = {"name": contract, "docstatus": ("<", 2)}
    return frappe.get_all("Service Contract", filters=filters, pluck="name", order_by="name")


def billed(names: Collection[str]) -> dict[str, list[dict]]:
    """What was billed of the contracts, by row of the line."""
    found: dict[str, list[dict]] = defaultdict(list)
    for row in _all(
        "Billed Period",
        {"service_contract": ("in", names), "what": ("in", ("Period", "Usage", "Overage"))},
        ("contract_line", "what", "period_start", "period_end", "quantity", "billing_key"),
        "period_start",
    ):
        found[row.contract_line].append(row)
    return found


def drawn_beyond(names: Collection[str]) -> dict[str, list[tuple[date, float]]]:
    """What was drawn beyond the entitlement, by row of the line: (day, quantity)."""
    found: dict[str, list[tuple[date, float]]] = defaultdict(list)
    if not names:
        return found
    filters = {"service_contract": ("in", names), "beyond": (">", 0)}
    for row in _all("Entitlement Use", filters, ("contract_line", "used_on", "beyond"), "used_on"):
        found[row.contract_line].append((row.used_on, row.beyond))
    return found


def contracts_of_invoice(invoice: str) -> list[str]:
    return frappe.get_all(
        "Billed Period",
        filters={"sales_invoice": invoice},
        pluck="service_contract",
        distinct=True,
        order_by="service_contract",
    )


def rows_billed_by(invoice: str) -> list[dict]:
    return frappe.get_all(
        "Billed Period",
        filters={"sales_invoice": invoice},
        fields=["name", "service_contract", "sales_invoice_item", "amount"],
        order_by="name",
    )


def disabled_customers(names: Iterable[str]) -> set[str]:
    filters = {"name": ("in", set(names)), "disabled": 1}
    return set(frappe.get_all("Customer", filters=filters, pluck="name", order_by="name"))


def unfinished_runs() -> list[dict]:
    return frappe.get_all(
        "Billing Run",
        filters={"status": ("in", ("Queued", "Running"))},
        fields=["name", "is_nightly"],
        order_by="creation",
    )


def figures_of_run(run: str) -> dict:
    fields = ["status", "contracts", "contracts_done", "invoices", "set_aside"]
    return frappe.db.get_value("Billing Run", run, fields, as_dict=True)


def problems_of_run(run: str, *, limit: int) -> list[dict]:
    return frappe.get_all(
        "Billing Problem",
        filters={"parent": run, "parenttype": "Billing Run"},
        fields=["service_contract", "customer", "line_number", "reason"],
        order_by="creation, name",
        limit=limit,
    )


def invoices_of_run(run: str, *, limit: int | None = None) -> list[str]:
    """Names of the invoices that a run made, the latest first."""
    return frappe.get_all(
        "Billed Period",
        filters={"billing_run": run, "sales_invoice": ("is", "set")},
        pluck="sales_invoice",
        group_by="sales_invoice",
        order_by="creation desc, sales_invoice desc",
        limit=limit,
    )


def readable_invoices(names: Sequence[str]) -> list[dict]:
    """Those of the invoices that the user may see, in the order of the names."""
    if not names:
        return []
    fields = ["name", "customer_name", "grand_total", "currency", "status"]
    found = frappe.get_list("Sales Invoice", filters={"name": ("in", names)}, fields=fields, order_by="name")
    return sorted(found, key=lambda invoice: names.index(invoice.name))


def reserved_numbers() -> dict[str, int]:
    """How many numbers each process has in reserve, also those that are gone."""
    table = frappe.qb.DocType("Reserved Invoice Number")
    rows = frappe.qb.from_(table).select(table.holder, Count("*")).groupby(table.holder).run()
    return dict(rows)


def series_of_reserved_numbers() -> list[str]:
    """What the numbers in the reserve begin with."""
    return frappe.get_all("Reserved Invoice Number", pluck="series", distinct=True, order_by="series")


def _all(doctype: str, filters: dict, columns: Iterable[str], order_by: str = "name") -> list[dict]:
    return frappe.get_all(doctype, filters=filters, fields=list(columns), order_by=order_by)
