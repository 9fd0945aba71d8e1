from frappe.model.document import Document


class BilledPeriod(Document):
    pass
