from frappe.model.document import Document


class OfferProduction(Document):
    pass
