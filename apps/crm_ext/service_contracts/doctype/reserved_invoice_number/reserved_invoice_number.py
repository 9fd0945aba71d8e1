from frappe.model.document import Document


class ReservedInvoiceNumber(Document):
    pass
