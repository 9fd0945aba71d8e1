from frappe.model.document import Document


class OfferTemplateOption(Document):
    pass
