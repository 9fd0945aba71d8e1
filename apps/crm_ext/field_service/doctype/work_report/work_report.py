from frappe.model.document import Document


class WorkReport(Document):
    """What a technician's phone sent about a service order; written once by flow.work_reports."""
