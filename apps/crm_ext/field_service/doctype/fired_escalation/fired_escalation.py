from frappe.model.document import Document


class FiredEscalation(Document):
    """A step that has fired for an issue; written by flow.escalations alone."""
