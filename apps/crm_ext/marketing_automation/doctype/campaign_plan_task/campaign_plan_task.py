from frappe.model.document import Document


class CampaignPlanTask(Document):
    """A task that the approved plan puts into its project."""
