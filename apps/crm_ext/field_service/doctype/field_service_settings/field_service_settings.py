from frappe.model.document import Document


class FieldServiceSettings(Document):
    pass
