from frappe.model.document import Document


class TechnicianWorkingTime(Document):
    pass
