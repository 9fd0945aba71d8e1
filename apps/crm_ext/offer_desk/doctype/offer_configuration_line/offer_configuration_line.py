from frappe.model.document import Document


class OfferConfigurationLine(Document):
    """What one chosen option put into the quotation."""
