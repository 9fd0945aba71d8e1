from frappe.model.document import Document


class Equipment(Document):
    pass
