from frappe.model.document import Document


class OfferModelOption(Document):
    """Row of an offer model."""
