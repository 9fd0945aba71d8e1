from frappe.model.document import Document


class OfferModelInput(Document):
    """Row of an offer model."""
