"""What hangs on a service order."""

from frappe import _


def get_data() -> dict:
    return {
        "fieldname": "service_order",
        "internal_links": {
            "Issue": "issue",
            "Equipment": "equipment",
            "Service Contract": "service_contract",
            "Warranty Claim": "warranty_claim",
            "Planned Visit": "planned_visit",
        },
        "transactions": [
            {"label": _("Asked for by"), "items": ["Issue", "Warranty Claim", "Planned Visit"]},
            {"label": _("About"), "items": ["Equipment", "Service Contract", "Meter Reading"]},
            {"label": _("Posted"), "items": ["Stock Entry", "Timesheet", "Sales Invoice", "Journal Entry"]},
            {"label": _("Claimed"), "items": ["Supplier Claim"]},
        ],
    }
