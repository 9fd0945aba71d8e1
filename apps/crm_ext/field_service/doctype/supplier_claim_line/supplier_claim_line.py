from frappe.model.document import Document


class SupplierClaimLine(Document):
    """One thing that is claimed; belongs to its Supplier Claim."""
