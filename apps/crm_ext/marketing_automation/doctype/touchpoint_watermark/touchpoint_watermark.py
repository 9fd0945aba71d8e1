from frappe.model.document import Document


class TouchpointWatermark(Document):
    """How far one source of touchpoints has been read; written by flow.harvest only."""
