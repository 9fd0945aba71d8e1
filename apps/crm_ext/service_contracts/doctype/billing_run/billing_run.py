from frappe.model.document import Document

from crm_ext.service_contracts.flow import billing_run


class BillingRun(Document):
    def on_trash(self) -> None:
        billing_run.forget(self)
