from frappe.model.document import Document

from crm_ext.service_contracts.flow import contract_paper, contracts


class ServiceContract(Document):
    def validate(self):
        contracts.validate(self)

    def before_print(self, settings=None):
        self.paper = contract_paper.paper(self)

    def on_submit(self):
        contracts.submit(self)

    def before_update_after_submit(self):
        if not self.flags.change_is_checked:
            contracts.check_settings(self)

    def before_cancel(self):
        contracts.guard_cancel(self)

    def on_cancel(self):
        contracts.cancel(self)

    def on_trash(self):
        contracts.forget(self)
