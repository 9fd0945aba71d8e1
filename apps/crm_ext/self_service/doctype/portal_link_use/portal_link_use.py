from frappe.model.document import Document


class PortalLinkUse(Document):
    """One use of a portal link."""
