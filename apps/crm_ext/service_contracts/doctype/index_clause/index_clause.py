from frappe.model.document import Document

from crm_ext.service_contracts.flow import contracts


class IndexClause(Document):
    def validate(self):
        contracts.validate_index_clause(self)
