from frappe.model.document import Document


class CampaignPlanChannel(Document):
    """One channel of a campaign plan: what it may cost and what is expected of it."""
