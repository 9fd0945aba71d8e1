from frappe import _


def get_data() -> dict:
    """What a plan led to: found by its campaign or its project."""
    return {
        "fieldname": "campaign",
        "internal_links": {
            "Campaign": "campaign",
            "Project": "project",
            "Budget": ["budgets", "budget"],
            "Task": ["tasks", "task"],
        },
        "transactions": [
            {"label": _("Campaign"), "items": ["Campaign"]},
            {"label": _("Project"), "items": ["Project", "Task"]},
            {"label": _("Budget"), "items": ["Budget"]},
        ],
    }
