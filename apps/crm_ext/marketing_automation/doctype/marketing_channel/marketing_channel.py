from frappe.model.document import Document

from crm_ext.marketing_automation.flow import channels


class MarketingChannel(Document):
    """A way on which company and customers reach each other."""

    def on_trash(self):
        channels.refuse_deletion_in_use(self)
