from frappe.model.document import Document


class MarginApproval(Document):
    """Somebody's word for an offer below its floor; asked for and decided in flow/margin_approvals.py."""
