from frappe.model.document import Document


class PortalCart(Document):
    """What a customer collects in the catalogue; becomes one sales order. Changed by self_service.flow alone."""
