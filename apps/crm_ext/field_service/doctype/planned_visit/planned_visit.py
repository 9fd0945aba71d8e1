"""Planned Visit: one visit that a plan of maintenance wants."""

import frappe
from frappe.model.document import Document


class PlannedVisit(Document):
    pass


def on_doctype_update() -> None:
    frappe.db.add_index("Planned Visit", ["status", "due_on"])
