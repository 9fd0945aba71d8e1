from frappe.model.document import Document


class DispatchPlan(Document):
    """What was planned, for whom, and why jobs were left; written by flow.planning when a plan is applied."""
