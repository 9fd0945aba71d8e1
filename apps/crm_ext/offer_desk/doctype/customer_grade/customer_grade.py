from frappe.model.document import Document


class CustomerGrade(Document):
    """Whose holds on stock come first, and for how long."""
