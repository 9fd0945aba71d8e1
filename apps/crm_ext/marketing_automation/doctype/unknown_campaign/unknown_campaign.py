from frappe.model.document import Document


class UnknownCampaign(Document):
    """A campaign name from a web address that no Campaign has."""
