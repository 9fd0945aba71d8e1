from frappe.model.document import Document


class ContractBillingSettings(Document):
    pass
