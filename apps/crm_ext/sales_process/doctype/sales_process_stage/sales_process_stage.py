from frappe.model.document import Document


class SalesProcessStage(Document):
    pass
