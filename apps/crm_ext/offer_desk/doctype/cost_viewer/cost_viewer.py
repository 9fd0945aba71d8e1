from frappe.model.document import Document


class CostViewer(Document):
    """A role that sees what goods cost."""
