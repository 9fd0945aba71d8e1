from frappe.model.document import Document


class PortalCartLine(Document):
    """An item and how many of it; its price is asked of ERPNext each time."""
