from frappe.model.document import Document

from crm_ext.sales_process.flow import definitions


class SalesProcess(Document):
    def validate(self) -> None:
        definitions.validate(self)
