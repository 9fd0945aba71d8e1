from frappe.model.document import Document


class MarginApprovalLimit(Document):
    """How low a margin a role may let pass."""
