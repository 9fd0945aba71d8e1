from frappe.model.document import Document

from crm_ext.dispatch.flow import dispatch_settings


class DispatchSettings(Document):
    """Working day, speeds and what planning weighs, for the whole site."""

    def onload(self) -> None:
        dispatch_settings.show_defaults(self)

    def validate(self) -> None:
        dispatch_settings.validate(self)
