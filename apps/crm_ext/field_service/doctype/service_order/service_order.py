from frappe.model.document import Document


class ServiceOrder(Document):
    pass
