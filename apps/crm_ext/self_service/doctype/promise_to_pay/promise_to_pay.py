from frappe.model.document import Document

from crm_ext.self_service.flow import payment_promises


class PromisetoPay(Document):
    def before_insert(self) -> None:
        payment_promises.prepare(self)
