from frappe.model.document import Document


class SolutionConfirmation(Document):
    """Whether a complaint is solved: asked, answered and decided by flow.complaints alone."""
