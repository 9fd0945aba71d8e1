"""What must be known of an offer to tell its margin: floors, groups, commissions, freight accounts; and approvals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import frappe

_FLOORS = "crm_ext_margin_floors"


def floors() -> list[dict]:
    """Every floor of the site: minimum_margin, item_group, customer_grade, company. Kept in the cache."""
    return frappe.cache.get_value(
        _FLOORS,
        lambda: frappe.get_all(
            "Margin Floor",
            fields=["name", "minimum_margin", "item_group", "customer_grade", "company"],
            order_by="creation",
        ),
    )


def forget_cached_floors() -> None:
    frappe.cache.delete_value(_FLOORS)


def floor_like(floor: Mapping[str, Any]) -> str | None:
    """Another floor for the same items, customers and company."""
    keys = ("item_group", "customer_grade", "company")
    filters = {key: floor.get(key) or ("is", "not set") for key in keys}
    return frappe.db.get_value("Margin Floor", {**filters, "name": ("!=", floor.get("name") or "")})


def items(codes: Collection[str]) -> dict[str, dict]:
    """item_name, item_group, is_stock_item, grant_commission by item."""
    rows = frappe.get_all(
        "Item",
        filters={"name": ("in", codes)},
        fields=["name", "item_name", "item_group", "is_stock_item", "grant_commission"],
        order_by="name",
    )
    return {row.name: row for row in rows}


def lineages(groups: Collection[str]) -> dict[str, list[str]]:
    """Each item group with its ancestors, from itself to the root."""
    rows = frappe.db.sql(
        """select child.name, ancestor.name
        from `tabItem Group` child join `tabItem Group` ancestor
            on ancestor.lft <= child.lft and ancestor.rgt >= child.rgt
        where child.name in %(groups)s order by ancestor.lft desc""",
        {"groups": tuple(groups) or ("",)},
    )
    found: dict[str, list[str]] = {}
    for child, ancestor in rows:
        found.setdefault(child, []).append(ancestor)
    return found


def customer(name: str) -> dict:
    """customer_grade, is_internal_customer, default_sales_partner, default_commission_rate."""
    columns = ["customer_grade", "is_internal_customer", "default_sales_partner", "default_commission_rate"]
    return frappe.db.get_value("Customer", name, columns, as_dict=True) or {}


def sales_team_of(customer_name: str) -> list[dict]:
    """Rows of the customer's own sales team, which ERPNext copies to his orders."""
    return frappe.get_all(
        "Sales Team",
        filters={"parent": customer_name, "parenttype": "Customer"},
        fields=["sales_person", "allocated_percentage", "commission_rate"],
        order_by="idx",
    )


def sales_partner_rate(partner: str) -> float:
    return frappe.db.get_value("Sales Partner", partner, "commission_rate") or 0.0


def sales_persons_of(user: str) -> set[str]:
    """The sales persons that a user is, by way of the employee record."""
    rows = frappe.db.sql(
        """select person.name from `tabSales Person` person join `tabEmployee` employee
            on employee.name = person.employee where employee.user_id = %(user)s""",
        {"user": user},
    )
    return {name for (name,) in rows}


def tax_accounts(accounts: Collection[str]) -> set[str]:
    """Those of the accounts that bear taxes."""
    return set(
        frappe.get_all(
            "Account",
            filters={"name": ("in", accounts), "account_type": "Tax"},
            pluck="name",
            order_by="name",
        )
    )


def approved_lines(references: Collection[tuple[str, str]]) -> list[dict]:
    """Currency and lines of everything that was approved for one of the documents (doctype, name)."""
    return frappe.get_all(
        "Margin Approval",
        filters={
            "status": "Approved",
            "reference_doctype": ("in", {doctype for doctype, _ in references}),
            "reference_name": ("in", {name for _, name in references}),
        },
        fields=["currency", "approved_lines"],
        order_by="creation",
    )


def latest_approval(doctype: str, name: str) -> dict | None:
    rows = frappe.get_all(
        "Margin Approval",
        filters={"reference_doctype": doctype, "reference_name": name, "status": ("!=", "Superseded")},
        fields=["name", "status", "requested_by", "reason", "decided_by", "lowest_margin", "creation"],
        order_by="creation desc",
        limit=1,
    )
    return rows[0] if rows else None


def approvals_for_update(doctype: str, name: str) -> list[dict]:
    """What was asked for a document, read past the transaction's snapshot; the caller holds the document's lock."""
    return frappe.db.sql(
        """select name, status, request_key from `tabMargin Approval`
        where reference_name = %(name)s and reference_doctype = %(doctype)s order by creation for update""",
        {"doctype": doctype, "name": name},
        as_dict=True,
    )


def last_reason(approval: str) -> str:
    """The reason of the latest decision."""
    rows = frappe.get_all(
        "Margin Approval Event", filters={"parent": approval}, pluck="reason", order_by="idx desc", limit=1
    )
    return rows[0] if rows else ""


def users_with_roles(roles: Collection[str]) -> list[str]:
    """Enabled users of the desk that have one of the roles."""
    rows = frappe.db.sql(
        """select distinct user.name from `tabUser` user join `tabHas Role` holder on holder.parent = user.name
        where holder.parenttype = 'User' and holder.role in %(roles)s and user.enabled = 1
            and user.user_type = 'System User' and user.name != 'Administrator' order by user.name""",
        {"roles": tuple(roles) or ("",)},
    )
    return [name for (name,) in rows]


def open_todos(approval: str) -> list[str]:
    return frappe.get_all(
        "ToDo",
        filters={"reference_type": "Margin Approval", "reference_name": approval, "status": "Open"},
        pluck="name",
        order_by="creation",
    )
