from frappe.model.document import Document


class ServiceOrderTask(Document):
    pass
