from frappe.model.document import Document


class DispatchSpeed(Document):
    pass
