from frappe.model.document import Document

from crm_ext.marketing_automation.flow import lead_import


class LeadImport(Document):
    def validate(self) -> None:
        lead_import.read_headings(self)

    def onload(self) -> None:
        self.set_onload("targets", lead_import.choices_of_columns())

    def on_trash(self) -> None:
        lead_import.forget_rows(self)
