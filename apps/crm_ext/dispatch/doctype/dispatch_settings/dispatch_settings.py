from frappe.model.document import Document


class DispatchSettings(Document):
    pass
