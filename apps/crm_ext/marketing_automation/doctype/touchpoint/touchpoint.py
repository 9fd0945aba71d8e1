import frappe
from frappe.model.document import Document

from crm_ext.marketing_automation.flow import touchpoints


class Touchpoint(Document):
    """One contact with a lead, contact or customer. Append-only; the name is the digest of its natural key."""

    def autoname(self):
        touchpoints.complete(self)

    def validate(self):
        if not self.is_new():
            touchpoints.refuse_change()

    def on_trash(self):
        touchpoints.refuse_deletion_unless_administered()


def on_doctype_update():
    frappe.db.add_index("Touchpoint", ["campaign", "occurred_at"])
    frappe.db.add_index("Touchpoint", ["reference_doctype", "reference_name"])
