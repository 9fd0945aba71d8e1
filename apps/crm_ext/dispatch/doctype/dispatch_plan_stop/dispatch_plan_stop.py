from frappe.model.document import Document

from crm_ext.dispatch.flow import sentences


class DispatchPlanStop(Document):
    """A job in a technician's day; why it was changed or not applied is said in the language of whoever reads it."""

    @property
    def change_reason(self) -> str:
        return sentences.told(self.why_changed)

    @property
    def kept_back(self) -> str:
        return sentences.told(self.why_kept_back)
