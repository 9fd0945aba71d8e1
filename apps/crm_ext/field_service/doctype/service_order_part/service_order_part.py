from frappe.model.document import Document


class ServiceOrderPart(Document):
    pass
