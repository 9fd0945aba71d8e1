from frappe.model.document import Document


class QuotationRevision(Document):
    pass
