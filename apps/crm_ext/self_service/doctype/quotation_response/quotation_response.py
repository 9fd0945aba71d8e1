from frappe.model.document import Document


class QuotationResponse(Document):
    """What a customer answered to a quotation; written by flow.quotation_responses only."""
