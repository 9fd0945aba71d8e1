"""Records that are made once, by a unique key of theirs."""

from __future__ import annotations

import frappe
from frappe.model.document import Document


def insert_once(record: Document) -> bool:
    """Insert a record that no user writes by hand; False where one with its key stands already, also in another process."""
    frappe.db.savepoint("insert_once")
    try:
        # Whoever brought it about was asked for their rights; the record only says that it happened.
        record.insert(ignore_permissions=True)
    except frappe.UniqueValidationError:
        frappe.db.rollback(save_point="insert_once")
        frappe.clear_last_message()
        return False
    return True
