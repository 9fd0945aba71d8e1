from frappe.model.document import Document


class SalesProcessCriterion(Document):
    pass
