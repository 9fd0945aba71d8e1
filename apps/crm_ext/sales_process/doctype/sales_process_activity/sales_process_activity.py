from frappe.model.document import Document


class SalesProcessActivity(Document):
    pass
