from frappe.model.document import Document


class DispatchTraffic(Document):
    pass
