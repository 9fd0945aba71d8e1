from frappe.model.document import Document


class BillingProblem(Document):
    pass
