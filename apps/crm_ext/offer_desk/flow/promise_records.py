"""Keeps what was promised with each submitted line, so that it can be compared with what was kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import frappe
from frappe.model.document import Document
from frappe.utils import now

from crm_ext.offer_desk.flow import promises
from crm_ext.offer_desk.flow.promises import row_key
from crm_ext.offer_desk.queries import promises_kept as queries
from crm_ext.offer_desk.rules.promises import Promise

_FIELDS = (
    "name", "creation", "modified", "owner", "modified_by", "line", "document_type", "document", "company", "customer",
    "item_code", "qty", "promised_day", "confirmed_day", "basis", "basis_doctype", "basis_name", "basis_due",
)  # fmt: skip
# What the record says, by the code of the promise's cause.
_BASES = {
    "in_stock": "In Stock",
    "supply": "Supply",
    "lead_time": "Lead Time",
    "service": "Not Kept in Stock",
    "drop_ship": "Drop Ship",
}


def record(doc: Document) -> None:
    """One record for each line of a quotation or order that has just been submitted; a second time changes nothing.

    What the dates rest on was found when they were stored, in the same saving.
    """
    _insert(doc, doc.items, doc.flags.crm_ext_promises or {})


def follow_change(doc: Document) -> None:
    """Lines that were added to a submitted document are promised as of now; those that were taken out are forgotten.

    A document without any record was submitted before the app kept them, and stays without.
    """
    recorded = queries.recorded_lines(doc.doctype, doc.name)
    if not recorded:
        return
    if gone := recorded - {row.name for row in doc.items}:
        frappe.db.delete("Promise Record", {"line": ("in", sorted(gone))})
    if added := [row for row in doc.items if row.name not in recorded]:
        promised = promises.promise_document(doc)
        for row in added:
            if row.name in promised:
                row.db_set("promise_date", promised[row.name].day, update_modified=False)
        _insert(doc, added, promised)


def forget(doc: Document) -> None:
    """A cancelled document promises nothing."""
    frappe.db.delete("Promise Record", {"document_type": doc.doctype, "document": doc.name})


def _insert(doc: Document, lines: Iterable[Document], promised: Mapping[str, Promise]) -> None:
    rows = [_record_of(doc, row, promised.get(row_key(row))) for row in lines]
    frappe.db.bulk_insert("Promise Record", _FIELDS, rows, ignore_duplicates=True)


def _record_of(doc: Document, row: Document, promised: Promise | None) -> tuple:
    cause = promised.cause if promised else None
    supply = cause if cause and cause.code == "supply" else None
    user, moment = frappe.session.user, now()
    return (
        row.name, moment, moment, user, user, row.name, doc.doctype, doc.name, doc.company, _customer(doc),
        row.item_code, row.stock_qty, row.promise_date, row.get("delivery_date"),
        _BASES.get(cause.code if cause else "", "No Date"),
        supply and supply.doctype, supply and supply.name, supply and supply.due,
    )  # fmt: skip


def _customer(doc: Document) -> str | None:
    if doc.doctype == "Sales Order":
        return doc.customer
    return doc.party_name if doc.quotation_to == "Customer" else None
