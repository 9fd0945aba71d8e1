from frappe.model.document import Document


class OfferModelRule(Document):
    """Row of an offer model."""
