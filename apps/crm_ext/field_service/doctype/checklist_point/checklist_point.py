from frappe.model.document import Document


class ChecklistPoint(Document):
    pass
