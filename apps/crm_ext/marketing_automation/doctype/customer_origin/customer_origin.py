from frappe.model.document import Document


class CustomerOrigin(Document):
    """The first touch that stays with a customer; written by flow.origins only."""
