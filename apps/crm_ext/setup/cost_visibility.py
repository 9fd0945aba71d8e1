"""Hides cost from everybody but the roles that Offer Desk Settings name, by Frappe's own permission levels.

The fields below get a level of their own, and the named roles the right to it wherever they may read the document.
Lists, reports, forms and the REST interface then leave the fields out by themselves. Where the settings name no role,
nothing is changed of what ERPNext shows.
"""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.custom.doctype.property_setter.property_setter import make_property_setter
from frappe.model.document import Document
from frappe.permissions import setup_custom_perms

from crm_ext.offer_desk.queries.cost_sight import viewer_roles
from crm_ext.setup import record

LEVEL = 8
FIELDS = {
    "Quotation Item": ("valuation_rate", "gross_profit"),
    "Sales Order Item": ("valuation_rate", "gross_profit"),
    "Delivery Note Item": ("incoming_rate",),
    "Sales Invoice Item": ("incoming_rate",),
    "Packed Item": ("incoming_rate",),
    "Item": ("valuation_rate", "last_purchase_rate"),
    "Bin": ("valuation_rate", "stock_value"),
    "Serial No": ("purchase_rate",),
    "Margin Approval": ("lowest_margin", "document_margin"),
}
# Rows of a table are read by the right to the document that they belong to.
DOCUMENTS = (
    "Quotation",
    "Sales Order",
    "Delivery Note",
    "Sales Invoice",
    "Item",
    "Bin",
    "Serial No",
    "Margin Approval",
)
_SUBJECT = "cost_visibility"


def apply(settings: Document | None = None, method: str | None = None) -> None:
    """Bring rights and levels in line with the settings; nothing happens where they are already."""
    roles = sorted(viewer_roles())
    if roles == (record.recall(_SUBJECT) or {}).get("roles", []):
        return
    remove()
    if roles:
        _hide_from_others(roles)


def remove() -> None:
    """Every level and right that `apply` gave; a doctype that had ERPNext's own rights has them again."""
    ours = record.recall(_SUBJECT)
    if ours is None:
        return
    frappe.db.delete("Property Setter", {"name": ("in", ours["setters"] or [""])})
    frappe.db.delete("Custom DocPerm", {"name": ("in", ours["rows"] or [""])})
    for doctype in ours["customised"]:
        if not frappe.db.exists("DocType", doctype) or not _is_changed_by_site(doctype):
            frappe.db.delete("Custom DocPerm", {"parent": doctype})
    record.forget(_SUBJECT)
    _clear_caches()


def _hide_from_others(roles: Collection[str]) -> None:
    customised = [name for name in DOCUMENTS if not frappe.db.exists("Custom DocPerm", {"parent": name})]
    ours = {"roles": sorted(roles), "customised": customised, "rows": [], "setters": []}
    for doctype in DOCUMENTS:
        setup_custom_perms(doctype)
        ours["rows"] += [_give_level(doctype, role) for role in roles if _may_read(doctype, role)]
    for doctype, fields in FIELDS.items():
        ours["setters"] += [
            make_property_setter(
                doctype, field, "permlevel", LEVEL, "Int", validate_fields_for_doctype=False
            ).name
            for field in fields
            if not frappe.get_meta(doctype).get_field(field).permlevel
        ]
    record.remember(_SUBJECT, ours)
    _clear_caches()


def _may_read(doctype: str, role: str) -> bool:
    return bool(
        frappe.db.exists("Custom DocPerm", {"parent": doctype, "role": role, "permlevel": 0, "read": 1})
    )


def _give_level(doctype: str, role: str) -> str:
    row = {"doctype": "Custom DocPerm", "parent": doctype, "role": role, "permlevel": LEVEL}
    # All of them by name: a new row exports by itself.
    row |= {right: int(right in ("read", "write")) for right in frappe.permissions.rights}
    # Whoever may write the settings decides on this; it needs no right to permissions in general.
    return frappe.get_doc(row).insert(ignore_permissions=True).name


def _is_changed_by_site(doctype: str) -> bool:
    return _rows("Custom DocPerm", doctype) != _rows("DocPerm", doctype)


def _rows(table: str, doctype: str) -> list[tuple]:
    names = ("role", "permlevel", "if_owner", *frappe.permissions.rights)
    rows = frappe.get_all(
        table, filters={"parent": doctype}, fields=list(names), order_by="role, permlevel, if_owner"
    )
    return sorted(tuple(row[name] or 0 for name in names) for row in rows)


def _clear_caches() -> None:
    for doctype in {*DOCUMENTS, *FIELDS}:
        frappe.clear_cache(doctype=doctype)
