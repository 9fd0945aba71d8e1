from frappe.model.document import Document

from crm_ext.marketing_automation.flow import unknown_campaigns


class UnknownCampaign(Document):
    """A campaign name from a web address that no Campaign has, and the one that is meant."""

    def on_update(self):
        unknown_campaigns.settle(self)
