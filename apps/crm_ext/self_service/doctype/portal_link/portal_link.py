from frappe.model.document import Document


class PortalLink(Document):
    """A link by which one person may answer one quotation without a login; made and ended by flow.portal_links only."""
