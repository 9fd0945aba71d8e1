from frappe.model.document import Document


class EntitlementUse(Document):
    pass
