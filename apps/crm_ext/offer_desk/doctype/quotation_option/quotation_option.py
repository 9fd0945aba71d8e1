from frappe.model.document import Document


class QuotationOption(Document):
    """A line that the customer may add to an offer."""
