"""A customer's equipment, contracts, requests and visits. Callers have checked whose they are; every read is set-based."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.utils import nowdate

AT_THE_CUSTOMER = ("In Use", "In Store")
_EQUIPMENT = (
    "name", "equipment_name", "equipment_type", "item_code", "item_name", "serial_no", "other_serial_no", "status",
    "customer_address", "place_note", "parent_equipment", "installed_on", "warranty_expires_on", "company",
)  # fmt: skip
_VISIT = (
    "name", "title", "status", "job_type", "equipment", "issue", "service_contract", "technician", "planned_start",
    "window_start", "window_end", "work_done", "result", "docstatus", "customer", "creation",
)  # fmt: skip


def equipment(customer: str, text: str, start: int, limit: int) -> list[dict]:
    """Units at the customer's places, by name; text is looked for in names and serial numbers."""
    options: dict = {"filters": {"customer": customer, "status": ("in", AT_THE_CUSTOMER)}}
    if text:
        like = ("like", f"%{text.replace('%', '').replace('_', chr(92) + '_')}%")
        fields = ("equipment_name", "serial_no", "other_serial_no", "item_name")
        options["or_filters"] = {field: like for field in fields}
    return frappe.get_all(
        "Equipment",
        fields=list(_EQUIPMENT),
        order_by="equipment_name, name",
        start=start,
        page_length=limit,
        **options,
    )


def unit(name: str) -> dict:
    return frappe.db.get_value("Equipment", name, list(_EQUIPMENT), as_dict=True)


def parts_of(name: str) -> list[dict]:
    return frappe.get_all(
        "Equipment",
        filters={"parent_equipment": name, "status": ("in", AT_THE_CUSTOMER)},
        fields=["name", "equipment_name", "serial_no", "other_serial_no", "installed_on"],
        order_by="equipment_name, name",
    )


def open_requests(names: Collection[str]) -> dict[str, int]:
    """Equipment -> requests that are not closed."""
    return _counts(
        "select equipment, count(*) from `tabIssue` "
        "where equipment in %(names)s and status <> 'Closed' group by equipment",
        names,
    )


def next_visits(names: Collection[str]) -> dict[str, object]:
    """Equipment -> day of the next visit, of those that are agreed and those that are due by plan."""
    return _counts(
        """
        select equipment, min(day) from (
            select equipment, date(coalesce(window_start, planned_start)) as day from `tabService Order`
            where equipment in %(names)s and docstatus = 0 and status in ('Open', 'Planned', 'On the Way')
            union all
            select equipment, due_on from `tabPlanned Visit` where equipment in %(names)s and status = 'Planned'
        ) visits where day >= %(today)s group by equipment
        """,
        names,
    )


def contracts(customer: str, company: str | None) -> list[dict]:
    filters = {"customer": customer, "docstatus": 1}
    if company:
        filters["company"] = company
    return frappe.get_all(
        "Service Contract",
        filters=filters,
        fields=[
            "name",
            "title",
            "status",
            "start_date",
            "end_date",
            "terminated_on",
            "next_billing_date",
            "currency",
        ],
        order_by="start_date desc, name desc",
    )


def invoices_of_contract(contract: str, limit: int) -> list[dict]:
    """Submitted invoices that billed periods of a contract, the newest first."""
    return frappe.db.sql(
        """
        select invoice.name, invoice.posting_date, invoice.currency, invoice.is_return,
               invoice.outstanding_amount, invoice.party_account_currency,
               if(invoice.rounded_total <> 0, invoice.rounded_total, invoice.grand_total) as total
        from `tabSales Invoice` invoice
        where invoice.docstatus = 1
          and invoice.name in (select sales_invoice from `tabBilled Period` where service_contract = %(contract)s)
        order by invoice.posting_date desc, invoice.name desc limit %(limit)s
        """,
        {"contract": contract, "limit": limit},
        as_dict=True,
    )


def requests(customer: str, company: str | None, start: int, limit: int) -> list[dict]:
    """Issues about equipment or under a contract, the open ones first."""
    return frappe.db.sql(
        """
        select name, subject, status, equipment, opening_date, creation
        from `tabIssue`
        where customer = %(customer)s and (equipment > '' or service_contract > '')
          and (%(company)s is null or company = %(company)s)
        order by status = 'Closed', creation desc limit %(limit)s offset %(start)s
        """,
        {"customer": customer, "company": company, "start": start, "limit": limit},
        as_dict=True,
    )


def requests_about(equipment_name: str, limit: int) -> list[dict]:
    return frappe.get_all(
        "Issue",
        filters={"equipment": equipment_name},
        fields=["name", "subject", "status", "opening_date"],
        order_by="creation desc",
        limit=limit,
    )


def request(name: str) -> dict:
    fields = [
        "name",
        "subject",
        "status",
        "description",
        "equipment",
        "opening_date",
        "customer",
        "company",
        "owner",
    ]
    return frappe.db.get_value("Issue", name, fields, as_dict=True)


def answer_given(issue: str) -> dict | None:
    """The latest question whether it is solved: status, stars, remark, solution."""
    rows = frappe.get_all(
        "Solution Confirmation",
        filters={"issue": issue},
        fields=["status", "stars", "remark", "solution"],
        order_by="round desc",
        limit=1,
    )
    return rows[0] if rows else None


def photos(issue: str) -> list[dict]:
    return frappe.get_all(
        "File",
        filters={"attached_to_doctype": "Issue", "attached_to_name": issue},
        fields=["name", "file_name"],
        order_by="creation, name",
    )


def visits(**filters: object) -> list[dict]:
    """Visits that were not cancelled, the earliest first; filters are fields of Service Order."""
    return frappe.get_all(
        "Service Order",
        filters={**filters, "docstatus": ("<", 2), "status": ("!=", "Cancelled")},
        fields=list(_VISIT),
        order_by="creation, name",
    )


def coming_visits(customer: str, company: str | None, limit: int) -> list[dict]:
    filters = {"customer": customer, "docstatus": 0, "status": ("!=", "Cancelled")}
    if company:
        filters["company"] = company
    return frappe.get_all(
        "Service Order", filters=filters, fields=list(_VISIT), order_by="planned_start, name", limit=limit
    )


def equipment_names(names: Collection[str]) -> dict[str, str]:
    rows = frappe.get_all(
        "Equipment", filters={"name": ("in", list(names))}, fields=["name", "equipment_name"], order_by="name"
    )
    return {row.name: row.equipment_name for row in rows}


def reports_of(orders: Collection[str]) -> dict[str, list[dict]]:
    """Order -> parts that were used."""
    found: dict[str, list[dict]] = {}
    for row in frappe.get_all(
        "Service Order Part",
        filters={"parent": ("in", list(orders)), "parenttype": "Service Order", "qty": (">", 0)},
        fields=["parent", "item_name", "qty", "uom"],
        order_by="parent, idx",
    ):
        found.setdefault(row.parent, []).append(row)
    return found


def waiting(customer: str, company: str | None) -> dict[str, int]:
    """{asked, visits}: requests that wait for the customer's word, visits that are planned."""
    return frappe.db.sql(
        """
        select
            (select count(*) from `tabIssue` where customer = %(customer)s and company = %(company)s
                and status = 'Resolved' and (equipment > '' or service_contract > '')) as asked,
            (select count(*) from `tabService Order` where customer = %(customer)s and company = %(company)s
                and docstatus = 0 and status in ('Planned', 'On the Way', 'In Progress')) as visits
        """,
        {"customer": customer, "company": company},
        as_dict=True,
    )[0]


def _counts(query: str, names: Collection[str]) -> dict:
    if not names:
        return {}
    return dict(frappe.db.sql(query, {"names": tuple(names), "today": nowdate()}))
