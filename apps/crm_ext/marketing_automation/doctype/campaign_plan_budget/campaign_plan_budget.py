from frappe.model.document import Document


class CampaignPlanBudget(Document):
    """What one account may spend in one fiscal year, and the ERPNext Budget that watches over it."""
