"""Why somebody pays for a line, in words that customer and colleague understand, and in the language of who reads them.

Lines keep the reason as code and values. Lines of before that, and decisions by hand, keep a sentence; it is said as it is.
"""

from __future__ import annotations

import json

from frappe import _
from frappe.model.document import Document

from crm_ext.crm_ext_core.flow import spelling
from crm_ext.field_service.rules.payers import Reason


def stored(reason: Reason) -> str:
    """The reason as its line keeps it: {code, values}, dates and decimals by their spelling."""
    return json.dumps({"code": reason.code, "values": dict(reason.values)}, default=str)


def why(row: Document) -> str:
    """Why the payer of a line pays, as the reader is told."""
    if row.decided_by_hand:
        return row.decision_reason or ""
    kept = row.payer_reason or ""
    if not kept.startswith("{"):
        return kept
    told = json.loads(kept)
    return sentence(Reason(told["code"], tuple(told["values"].items())))


def sentence(reason: Reason) -> str:
    values = dict(reason.values)
    if "line" in values:
        values["line"] = spelling.number(values["line"])
    match reason.code:
        case "supplier_warranty":
            return _("Warranty of {0} until {1}").format(values["supplier"], spelling.day(values["until"]))
        case "warranty":
            return _("Our warranty until {0}").format(spelling.day(values["until"]))
        case "contract_parts":
            return _("{2}% of parts are included ({0}, line {1})").format(
                values["contract"], values["line"], spelling.number(values["percent"])
            )
        case "contract_hours":
            return _("{2} hours are left ({0}, line {1})").format(
                values["contract"], values["line"], spelling.number(values["left"])
            )
        case "contract_visits":
            return _("{2} visits are left ({0}, line {1})").format(
                values["contract"], values["line"], spelling.number(values["left"])
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
            return _("Our warranty ended on {0}").format(spelling.day(values["until"]))
        case "not_under_warranty":
            return _("Our warranty does not cover {0}").format(values["cause"])
        case "nothing_covers":
            return _("No contract and no warranty covers it")
    raise KeyError(reason.code)
