"""What the form of a contract shows beside its fields: its versions, what is left, what comes next."""

from __future__ import annotations

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from crm_ext.crm_ext_core.flow.spelling import day
from crm_ext.service_contracts.flow import entitlements, service_credits
from crm_ext.service_contracts.flow.contracts import reading
from crm_ext.service_contracts.rules.contracts import last_day_to_give_notice


def view(contract: Document) -> dict:
    """`versions`: newest first, each with its changes as sentences; `left`: visits and hours of each line today;
    `notice_by`: the last day to give notice, None where the contract has no end; `credits`: what is due and what was given
    back for missed times, and how many of that are to be taken back.
    """
    today = getdate()
    end = reading.head(contract)["end_date"]
    return {
        "contract": contract.name,
        "versions": [_version(row) for row in reversed(contract.versions)],
        "left": _left(contract, today) if contract.docstatus == 1 else [],
        "credits": _credits(contract),
        "notice_by": last_day_to_give_notice(end, contract.notice_days or 0) if end else None,
    }


def _credits(contract: Document) -> dict:
    found = service_credits.preview(contract)
    return {
        "due": sum(row["amount"] for row in found if row["state"] == "To Give"),
        "given": sum(row["amount"] for row in found if row["invoice"]),
        "to_take_back": sum(1 for row in found if row["state"] == "Take Back"),
    }


def _version(row: Document) -> dict:
    changes = [_sentence(change) for change in frappe.parse_json(row.changes or "[]")]
    return {
        "version": row.version,
        "what": row.what,
        "effective_from": row.effective_from,
        "reason": row.reason,
        "by": frappe.utils.get_fullname(row.made_by),
        "on": row.made_on,
        "changes": [text for texts in changes for text in texts],
    }


def _sentence(change: dict) -> list[str]:
    match change["what"]:
        case "changed":
            return [
                _("Line {0} ({1}): {2} from {3} to {4}").format(
                    change["line"], change["item"], *_spelled(field, "Service Contract Line")
                )
                for field in change["fields"]
            ]
        case "contract":
            return [
                _("{0} from {1} to {2}").format(*_spelled(field, "Service Contract"))
                for field in change["fields"]
            ]
        case "ended":
            return [
                _("Line {0} ({1}) ends on {2}").format(
                    change["line"], change["item"], day(getdate(change["last_day"]))
                )
            ]
        case "added":
            return [_("Line {0} ({1}) was added").format(change["line"], change["item"])]
        case "covered":
            return [_("Line {0} covers equipment {1}").format(change["line"], change["equipment"])]
        case "uncovered":
            return [
                _("Line {0} does not cover equipment {1} any more").format(
                    change["line"], change["equipment"]
                )
            ]
        case "credited":
            return [_("Credited by {0}").format(_(", ").join(change["invoices"]))]
        case "credit_cancelled":
            return [_("Credit {0} was cancelled").format(_(", ").join(change["invoices"]))]
    raise ValueError(change["what"])


def _spelled(change: dict, doctype: str) -> tuple[str, str, str]:
    field = frappe.get_meta(doctype).get_field(change["field"])
    shown = [_value(change[side], field) for side in ("from", "to")]
    return (_(field.label), *shown)


def _value(value: object, field: Document) -> str:
    if value in (None, ""):
        return _("nothing")
    if field.fieldtype == "Date":
        return day(getdate(value))
    if field.fieldtype == "Select":
        return _(value)
    return frappe.format(value, {"fieldtype": "Float" if field.fieldtype == "Currency" else field.fieldtype})


def _left(contract: Document, today: date) -> list[dict]:
    """Lines that count visits or hours, with what is left of them in the period of today."""
    names = {row.name: row.item_name or row.item_code for row in contract.lines}
    rows = entitlements.entitlements_of(list(names), today).values()
    return [
        {
            "line": one.line_number,
            "item": names[one.contract_line],
            "visits": one.visits_left,
            "hours": None if one.hours_left is None else float(one.hours_left),
        }
        for one in rows
        if one.visits_left is not None or one.hours_left is not None
    ]
