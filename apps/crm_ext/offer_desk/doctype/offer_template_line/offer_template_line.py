from frappe.model.document import Document


class OfferTemplateLine(Document):
    pass
