from frappe.model.document import Document


class FieldServiceAccount(Document):
    pass
