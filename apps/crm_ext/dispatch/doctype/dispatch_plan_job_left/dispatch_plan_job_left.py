from frappe.model.document import Document


class DispatchPlanJobLeft(Document):
    pass
