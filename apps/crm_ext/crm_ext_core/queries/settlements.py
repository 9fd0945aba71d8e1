"""What settles a document, so that nobody cancels it while money hangs on it: ERPNext would let go of that silently."""

from __future__ import annotations

import frappe


def settled_by(doctype: str, name: str) -> list[str]:
    """Submitted payment entries and journals that are set against an invoice or a journal; two queries.

    Left out are journals that ERPNext makes itself and cancels with the document, and those that recognise its deferred
    revenue: no account of a customer or supplier is in them.
    """
    payments = frappe.get_all(
        "Payment Entry Reference",
        filters={"reference_doctype": doctype, "reference_name": name, "docstatus": 1},
        pluck="parent",
        order_by="parent",
        distinct=True,
    )
    row, journal = frappe.qb.DocType("Journal Entry Account"), frappe.qb.DocType("Journal Entry")
    journals = (
        frappe.qb.from_(row)
        .join(journal)
        .on(journal.name == row.parent)
        .select(journal.name)
        .distinct()
        .where((row.reference_type == doctype) & (row.reference_name == name) & (row.docstatus == 1))
        .where((row.party_type != "") & (journal.is_system_generated == 0))
        .orderby(journal.name)
        .run(pluck=True)
    )
    return payments + journals
