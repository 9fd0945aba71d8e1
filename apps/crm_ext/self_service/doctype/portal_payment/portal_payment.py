from frappe.model.document import Document

from crm_ext.self_service.flow import portal_payments


class PortalPayment(Document):
    def on_payment_authorized(self, status: str) -> str:
        """Called by the payment gateway's controller; gives back where the payer goes next."""
        return portal_payments.authorized(self.name, status)
