from frappe.model.document import Document


class PlannedVisit(Document):
    pass
