"""All touches of one lead, contact or customer, in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import frappe

TOUCH_FIELDS = (
    "name",
    "occurred_at",
    "channel",
    "activity",
    "direction",
    "campaign",
    "reference_doctype",
    "reference_name",
)


def touches_of(doctype: str, name: str, limit: int) -> list[frappe._dict]:
    """The newest `limit` touches of a party; a customer's include those of its lead and its contacts."""
    touch = frappe.qb.DocType("Touchpoint")
    named = defaultdict(set)
    for kind, other in _one_person(doctype, name):
        named[kind].add(other)
    condition = touch[doctype.lower()] == name
    for kind, names in named.items():
        condition |= touch[kind.lower()].isin(sorted(names))
    return (
        frappe.qb.from_(touch)
        .select(*TOUCH_FIELDS)
        .where(condition)
        .orderby(touch.occurred_at, order=frappe.qb.desc)
        .orderby(touch.name)
        .limit(limit)
        .run(as_dict=True)
    )


def origin_of(customer: str) -> frappe._dict | None:
    return frappe.db.get_value(
        "Customer Origin", customer, ["first_touch_at", "channel", "campaign", "source", "lead"], as_dict=True
    )


def readable(documents: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the documents that the user may read: one query for each doctype."""
    names = defaultdict(set)
    for doctype, name in documents:
        names[doctype].add(name)
    return {
        (doctype, name)
        for doctype in sorted(names)
        if frappe.has_permission(doctype, "read")
        for name in frappe.get_list(
            doctype,
            filters={"name": ("in", sorted(names[doctype]))},
            pluck="name",
            order_by="name",
            limit=len(names[doctype]),
        )
    }


def _one_person(doctype: str, name: str) -> list[tuple[str, str]]:
    """The records under which the same party was known: the lead that a customer was, and the contacts of both."""
    if doctype == "Contact":
        return []
    lead = frappe.db.get_value("Customer", name, "lead_name") if doctype == "Customer" else None
    contacts = frappe.get_all(
        "Dynamic Link",
        filters={"parenttype": "Contact", "link_doctype": doctype, "link_name": name},
        pluck="parent",
        order_by="parent",
    )
    return [("Contact", contact) for contact in contacts] + ([("Lead", lead)] if lead else [])
