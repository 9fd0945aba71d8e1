"""A customer's equipment, contracts, requests and visits. Callers have checked whose they are; every read is set-based."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.query_builder import Criterion
from frappe.utils import nowdate

from crm_ext.shared.text import literally

AT_THE_CUSTOMER = ("In Use", "In Store")
_IN_A_LIST = ("name", "equipment_name", "serial_no", "other_serial_no", "warranty_expires_on")
_UNIT = (
    *_IN_A_LIST, "company", "item_code", "item_name", "equipment_type", "place_note", "parent_equipment", "installed_on",
)  # fmt: skip
_VISIT = (
    "name", "title", "status", "docstatus", "planned_start", "window_start", "window_end", "work_done",
)  # fmt: skip
_SENT_WITH_A_REQUEST = {"attached_to_doctype": "Issue", "sent_by_customer": 1}
_SEARCHED = ("equipment_name", "serial_no", "other_serial_no", "item_name")


def equipment(customer: str, company: str | None, text: str, start: int, limit: int) -> list[dict]:
    """Units at the customer's places that a company looks after (None: any), by name.

    text: looked for in names and serial numbers.
    """
    table = frappe.qb.DocType("Equipment")
    query = (
        frappe.qb.from_(table)
        .select(*(table[field] for field in _IN_A_LIST))
        .where((table.customer == customer) & table.status.isin(AT_THE_CUSTOMER))
        .orderby(table.equipment_name)
        .orderby(table.name)
        .limit(limit)
        .offset(start)
    )
    if company:
        query = query.where(table.company == company)
    if text:
        pattern = f"%{literally(text)}%"
        query = query.where(Criterion.any([table[field].like(pattern) for field in _SEARCHED]))
    return query.run(as_dict=True)


def unit(name: str) -> dict:
    return frappe.db.get_value("Equipment", name, list(_UNIT), as_dict=True)


def chosen_unit(name: str | None, customer: str) -> dict | None:
    """A unit as the lists give it, if it stands at the customer's."""
    if not isinstance(name, str):
        return None
    filters = {"name": name, "customer": customer, "status": ("in", AT_THE_CUSTOMER)}
    return frappe.db.get_value("Equipment", filters, list(_IN_A_LIST), as_dict=True)


def parts_of(name: str, customer: str) -> list[dict]:
    return frappe.get_all(
        "Equipment",
        filters={"parent_equipment": name, "customer": customer, "status": ("in", AT_THE_CUSTOMER)},
        fields=["name", "equipment_name", "serial_no", "other_serial_no", "installed_on"],
        order_by="equipment_name, name",
    )


def open_requests(customer: str, names: Collection[str]) -> dict[str, int]:
    """Equipment -> requests of this customer that are not closed; a unit may have stood at another's before."""
    return _by_equipment(
        "select equipment, count(*) from `tabIssue` "
        "where equipment in %(names)s and customer = %(customer)s and status <> 'Closed' group by equipment",
        customer,
        names,
    )


def next_visits(customer: str, names: Collection[str]) -> dict[str, object]:
    """Equipment -> day of the next visit, of those that are agreed and those that are due by plan."""
    return _by_equipment(
        """
        select equipment, min(day) from (
            select equipment, date(coalesce(window_start, planned_start)) as day from `tabService Order`
            where equipment in %(names)s and customer = %(customer)s and docstatus = 0
                and status in ('Open', 'Planned', 'On the Way')
            union all
            select equipment, due_on from `tabPlanned Visit` where equipment in %(names)s and status = 'Planned'
        ) visits where day >= %(today)s group by equipment
        """,
        customer,
        names,
    )


def contracts(customer: str, company: str | None) -> list[dict]:
    filters = {"customer": customer, "docstatus": 1}
    if company:
        filters["company"] = company
    return frappe.get_all(
        "Service Contract",
        filters=filters,
        fields=["name", "title", "status", "start_date", "end_date", "terminated_on"],
        order_by="start_date desc, name desc",
    )


def invoices_of_contract(contract: str, limit: int) -> list[dict]:
    """Submitted invoices that billed periods of a contract, the newest first."""
    return frappe.db.sql(
        """
        select invoice.name, invoice.posting_date, invoice.currency,
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
        select name, subject, status, equipment, opening_date
        from `tabIssue`
        where customer = %(customer)s and (equipment > '' or service_contract > '')
          and (%(company)s is null or company = %(company)s)
        order by status = 'Closed', creation desc limit %(limit)s offset %(start)s
        """,
        {"customer": customer, "company": company, "start": start, "limit": limit},
        as_dict=True,
    )


def requests_about(equipment_name: str, customer: str, limit: int) -> list[dict]:
    return frappe.get_all(
        "Issue",
        filters={"equipment": equipment_name, "customer": customer},
        fields=["name", "subject", "status", "opening_date"],
        order_by="creation desc",
        limit=limit,
    )


def request(name: str) -> dict:
    fields = ["name", "subject", "status", "description", "equipment", "opening_date"]
    return frappe.db.get_value("Issue", name, fields, as_dict=True)


def answer_given(issue: str) -> dict | None:
    """The latest question whether it is solved: {stars, remark, solution}."""
    rows = frappe.get_all(
        "Solution Confirmation",
        filters={"issue": issue},
        fields=["stars", "remark", "solution"],
        order_by="round desc",
        limit=1,
    )
    return rows[0] if rows else None


def files_sent(issue: str) -> list[dict]:
    """What the customer sent with a request; what the desk attached to it is the desk's."""
    return frappe.get_all(
        "File",
        filters={**_SENT_WITH_A_REQUEST, "attached_to_name": issue},
        fields=["name", "file_name"],
        order_by="creation, name",
    )


def file_sent(name: str) -> dict | None:
    """{file_name, attached_to_name: the request} of something that a customer sent."""
    return frappe.db.get_value(
        "File", {**_SENT_WITH_A_REQUEST, "name": name}, ["file_name", "attached_to_name"], as_dict=True
    )


def visits_for(issue: str) -> list[dict]:
    """Visits about a request that were not cancelled, the earliest first."""
    return frappe.get_all(
        "Service Order",
        filters={"issue": issue, "docstatus": ("<", 2), "status": ("!=", "Cancelled")},
        fields=list(_VISIT),
        order_by="creation, name",
    )


def latest_visits(equipment_name: str, customer: str, limit: int) -> list[dict]:
    """Visits to a unit that were not cancelled, the latest first."""
    return frappe.get_all(
        "Service Order",
        filters={
            "equipment": equipment_name,
            "customer": customer,
            "docstatus": ("<", 2),
            "status": ("!=", "Cancelled"),
        },
        fields=list(_VISIT),
        order_by="creation desc, name desc",
        limit=limit,
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


def parts_used(orders: Collection[str]) -> dict[str, list[dict]]:
    """Order -> parts that were used."""
    found: dict[str, list[dict]] = {}
    for row in frappe.get_all(
        "Service Order Part",
        filters={
            "parent": ("in", list(orders)),
            "parenttype": "Service Order",
            "qty": (">", 0),
            # What a second payer pays is the same part.
            "share_of": ("is", "not set"),
        },
        fields=["parent", "item_code", "item_name", "qty", "uom"],
        order_by="parent, idx",
    ):
        found.setdefault(row.pop("parent"), []).append(row)
    return found


def waiting(customer: str, company: str | None) -> dict[str, int]:
    """{asked, visits}: requests that wait for the customer's word, visits that are planned."""
    return frappe.db.sql(
        """
        select
            (select count(*) from `tabIssue` where customer = %(customer)s
                and (%(company)s is null or company = %(company)s)
                and status = 'Resolved' and (equipment > '' or service_contract > '')) as asked,
            (select count(*) from `tabService Order` where customer = %(customer)s
                and (%(company)s is null or company = %(company)s)
                and docstatus = 0 and status in ('Planned', 'On the Way', 'In Progress')) as visits
        """,
        {"customer": customer, "company": company},
        as_dict=True,
    )[0]


def _by_equipment(query: str, customer: str, names: Collection[str]) -> dict:
    if not names:
        return {}
    return dict(frappe.db.sql(query, {"customer": customer, "names": tuple(names), "today": nowdate()}))
