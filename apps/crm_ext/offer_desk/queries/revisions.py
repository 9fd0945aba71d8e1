"""The revisions of an offer: quotations that were amended from one another."""

from __future__ import annotations

import frappe

# Longer chains than this are no negotiation.
_LONGEST_CHAIN = 200

_FORWARD = """
    WITH RECURSIVE later (name, depth) AS (
        SELECT name, 0 FROM `tabQuotation` WHERE name = %(quotation)s
        UNION ALL
        SELECT revision.name, later.depth + 1
        FROM `tabQuotation` revision JOIN later ON revision.amended_from = later.name
        WHERE later.depth < %(longest)s
    )
    SELECT quotation.name FROM later JOIN `tabQuotation` quotation ON quotation.name = later.name
    WHERE later.depth > 0 AND quotation.docstatus = 1
    ORDER BY later.depth DESC, quotation.creation DESC LIMIT 1
"""
_BACKWARD = """
    WITH RECURSIVE earlier (name, previous, depth) AS (
        SELECT name, amended_from, 0 FROM `tabQuotation` WHERE name = %(quotation)s
        UNION ALL
        SELECT revision.name, revision.amended_from, earlier.depth + 1
        FROM `tabQuotation` revision JOIN earlier ON revision.name = earlier.previous
        WHERE earlier.depth < %(longest)s
    )
    SELECT name FROM earlier ORDER BY depth DESC LIMIT 1
"""
_CHAIN = """
    WITH RECURSIVE chain (name, depth) AS (
        SELECT name, 0 FROM `tabQuotation` WHERE name = %(first)s
        UNION ALL
        SELECT revision.name, chain.depth + 1
        FROM `tabQuotation` revision JOIN chain ON revision.amended_from = chain.name
        WHERE chain.depth < %(longest)s
    )
    SELECT quotation.name, quotation.amended_from, quotation.docstatus, quotation.status, quotation.transaction_date,
        quotation.currency, quotation.grand_total, quotation.modified_by
    FROM chain JOIN `tabQuotation` quotation ON quotation.name = chain.name
    ORDER BY chain.depth, quotation.creation
"""


def last_submitted_after(quotation: str) -> str | None:
    """The newest submitted revision that descends from the quotation; None where there is none."""
    found = frappe.db.sql(_FORWARD, {"quotation": quotation, "longest": _LONGEST_CHAIN})
    return found[0][0] if found else None


def chain_of(quotation: str) -> list[frappe._dict]:
    """Every revision of the quotation's chain, the first one first."""
    root = frappe.db.sql(_BACKWARD, {"quotation": quotation, "longest": _LONGEST_CHAIN})
    if not root:
        return []
    return frappe.db.sql(_CHAIN, {"first": root[0][0], "longest": _LONGEST_CHAIN}, as_dict=True)


def has_revisions(quotation: str) -> bool:
    """Whether another quotation was amended from this one."""
    return bool(frappe.db.exists("Quotation", {"amended_from": quotation}))


def record_of(quotation: str) -> str | None:
    """The Quotation Revision of a quotation, by name."""
    return frappe.db.get_value("Quotation Revision", {"quotation": quotation})


def changes_of(quotations: list[str]) -> list[frappe._dict]:
    """Recorded changes of these revisions, oldest revision first as the names are given."""
    records = frappe.get_all(
        "Quotation Revision",
        filters={"quotation": ("in", quotations)},
        fields=["name", "quotation"],
        order_by="creation",
    )
    quotation_of = {record.name: record.quotation for record in records}
    rows = frappe.get_all(
        "Quotation Revision Change",
        filters={"parent": ("in", list(quotation_of)), "parenttype": "Quotation Revision"},
        fields=["name", "parent", "part", "kind", "subject", "change_key", "before_value", "after_value",
                "amount_difference", "reason", "changed_by"],
        order_by="parent, idx",
    )  # fmt: skip
    for row in rows:
        row.quotation = quotation_of[row.parent]
    return sorted(rows, key=lambda row: quotations.index(row.quotation))


def reasons_are_mandatory() -> bool:
    """Whether the site wants a reason for each change of an offer."""
    return bool(frappe.db.get_single_value("Offer Desk Settings", "reason_for_changes"))
