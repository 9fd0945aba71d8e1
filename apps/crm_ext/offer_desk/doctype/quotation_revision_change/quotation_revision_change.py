from frappe.model.document import Document


class QuotationRevisionChange(Document):
    pass
