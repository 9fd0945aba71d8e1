"""Maintenance Plan Part: what the visits of a plan need."""

from frappe.model.document import Document


class MaintenancePlanPart(Document):
    pass
