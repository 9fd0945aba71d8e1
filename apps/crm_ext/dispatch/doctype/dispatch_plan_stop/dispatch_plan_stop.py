from frappe.model.document import Document


class DispatchPlanStop(Document):
    pass
