from frappe.model.document import Document


class OfferModelLimit(Document):
    """Row of an offer model."""
