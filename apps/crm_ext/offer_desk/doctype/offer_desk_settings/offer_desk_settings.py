from frappe.model.document import Document


class OfferDeskSettings(Document):
    """Choices of the offer desk that hold for the whole site."""
