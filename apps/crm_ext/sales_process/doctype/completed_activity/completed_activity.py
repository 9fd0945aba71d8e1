from frappe.model.document import Document


class CompletedActivity(Document):
    pass
