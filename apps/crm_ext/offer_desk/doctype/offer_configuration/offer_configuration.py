from frappe.model.document import Document


class OfferConfiguration(Document):
    """What was chosen in an offer model, for a quotation."""
