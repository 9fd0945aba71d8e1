"""Why somebody pays for a line, in words that customer and colleague understand."""

from __future__ import annotations

from frappe import _
from frappe.utils import formatdate

from crm_ext.field_service.rules.payers import Reason


def sentence(reason: Reason) -> str:
    values = dict(reason.values)
    match reason.code:
        case "supplier_warranty":
            return _("Warranty of {0} until {1}").format(values["supplier"], formatdate(values["until"]))
        case "warranty":
            return _("Our warranty until {0}").format(formatdate(values["until"]))
        case "contract_parts":
            return _("{2}% of parts are included ({0}, line {1})").format(
                values["contract"], values["line"], f"{float(values['percent']):.4g}"
            )
        case "contract_hours":
            return _("{2} hours are left ({0}, line {1})").format(
                values["contract"], values["line"], f"{float(values['left']):.4g}"
            )
        case "contract_visits":
            return _("{2} visits are left ({0}, line {1})").format(
                values["contract"], values["line"], values["left"]
            )
        case "contract_work":
            return _("Work is included ({0}, line {1})").format(values["contract"], values["line"])
        case "contract_overage":
            return _("Beyond what is included, billed with the contract ({0}, line {1})").format(
                values["contract"], values["line"]
            )
        case "our_installation":
            return _("Our installation was the fault")
        case "rest_of_contract":
            return _("The rest is not included ({0}, line {1})").format(values["contract"], values["line"])
        case "visits_used_up":
            return _("No visits are left ({0}, line {1})").format(values["contract"], values["line"])
        case "hours_used_up":
            return _("No hours are left ({0}, line {1})").format(values["contract"], values["line"])
        case "parts_not_included":
            return _("Parts are not included ({0}, line {1})").format(values["contract"], values["line"])
        case "warranty_over":
            return _("Our warranty ended on {0}").format(formatdate(values["until"]))
        case "not_under_warranty":
            return _("Our warranty does not cover {0}").format(values["cause"])
        case "nothing_covers":
            return _("No contract and no warranty covers it")
    raise KeyError(reason.code)
