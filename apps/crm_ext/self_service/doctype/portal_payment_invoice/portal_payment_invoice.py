from frappe.model.document import Document


class PortalPaymentInvoice(Document):
    pass
