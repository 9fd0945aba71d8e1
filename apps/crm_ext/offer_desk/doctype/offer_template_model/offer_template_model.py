from frappe.model.document import Document


class OfferTemplateModel(Document):
    pass
