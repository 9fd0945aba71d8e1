from frappe import _


def get_data():
    return {
        "fieldname": "service_contract",
        "non_standard_fieldnames": {"Service Contract": "renewed_from"},
        "internal_links": {
            "Equipment": ["covered_equipment", "equipment"],
            "Quotation": "renewal_quotation",
        },
        "transactions": [
            {"label": _("Billing"), "items": ["Sales Invoice", "Billed Period"]},
            {"label": _("Service"), "items": ["Service Order", "Issue", "Entitlement Use"]},
            {"label": _("Coverage"), "items": ["Equipment"]},
            {"label": _("Renewal"), "items": ["Quotation", "Service Contract"]},
        ],
    }
