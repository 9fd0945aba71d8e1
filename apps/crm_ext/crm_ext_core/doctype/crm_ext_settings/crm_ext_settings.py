from frappe.model.document import Document


class CRMExtSettings(Document):
    """Choices that hold for the whole site."""
