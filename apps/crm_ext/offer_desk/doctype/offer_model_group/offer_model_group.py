from frappe.model.document import Document


class OfferModelGroup(Document):
    """Row of an offer model."""
