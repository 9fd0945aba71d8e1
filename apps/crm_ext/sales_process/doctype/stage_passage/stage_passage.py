from frappe.model.document import Document


class StagePassage(Document):
    pass
