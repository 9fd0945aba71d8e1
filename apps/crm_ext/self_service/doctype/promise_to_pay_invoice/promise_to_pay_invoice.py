from frappe.model.document import Document


class PromisetoPayInvoice(Document):
    pass
