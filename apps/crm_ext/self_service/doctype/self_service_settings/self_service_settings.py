from frappe.model.document import Document


class SelfServiceSettings(Document):
    """Choices of the customer portal that hold for the whole site."""
