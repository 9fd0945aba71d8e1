"""Offer templates and what they are chosen by."""

from __future__ import annotations

import frappe


def enabled() -> list[frappe._dict]:
    """Templates that the user may read and that are in use."""
    return frappe.get_list(
        "Offer Template",
        filters={"disabled": 0},
        fields=["name", "company", "customer_group", "territory", "customer_grade", "season", "from_month", "until_month",
                "valid_from", "valid_until"],
        order_by="name",
        limit_page_length=0,
    )  # fmt: skip


def segment_of(party_doctype: str, party: str) -> frappe._dict:
    """Group, territory and grade of a customer; of a lead or prospect what is known of it."""
    fields = [
        name
        for name in ("customer_group", "territory", "customer_grade")
        if frappe.get_meta(party_doctype).has_field(name)
    ]
    return (
        frappe.db.get_value(party_doctype, party, fields, as_dict=True) or frappe._dict()
        if fields
        else frappe._dict()
    )


def path(tree: str, name: str | None) -> list[str]:
    """A node of a tree and everything above it, nearest first."""
    edges = frappe.db.get_value(tree, name, ["lft", "rgt"]) if name else None
    if not edges:
        return []
    return frappe.get_all(
        tree, filters={"lft": ("<=", edges[0]), "rgt": (">=", edges[1])}, pluck="name", order_by="lft desc"
    )
