from frappe.model.document import Document


class MarginApprovalEvent(Document):
    """One line of an approval's history: who did what, when and why."""
