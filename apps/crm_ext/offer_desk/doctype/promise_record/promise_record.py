from frappe.model.document import Document


class PromiseRecord(Document):
    """What one line of a submitted quotation or order promised; written and removed by flow.promise_records alone."""
