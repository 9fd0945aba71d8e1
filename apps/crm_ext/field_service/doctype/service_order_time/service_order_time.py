from frappe.model.document import Document


class ServiceOrderTime(Document):
    pass
