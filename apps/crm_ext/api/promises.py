"""What the forms of the sales chain ask about promise dates while lines are being typed."""

from math import isfinite

import frappe
from frappe.utils import cint, flt, getdate

from crm_ext.offer_desk.flow import promises as flow
from crm_ext.offer_desk.rules.promises import Promise

_FORMS = ("Opportunity", "Quotation", "Sales Order")
_TEXTS = ("name", "item_code", "uom", "warehouse", "parentfield", "prevdoc_docname")
_NUMBERS = ("qty", "conversion_factor", "delivered_qty")
_CHECKS = ("is_alternative", "delivered_by_supplier")
# A form has no more lines that a person could read.
_LINES_AT_MOST = 500


def require_lines(document: str | dict) -> frappe._dict:
    """The document as the form has it, saved or not, as far as its reader may read it, its company and its items."""
    document = frappe.parse_json(document)
    if not isinstance(document, dict):
        raise frappe.PermissionError
    doctype, company = document.get("doctype"), document.get("company")
    if doctype not in _FORMS or not isinstance(company, str):
        raise frappe.PermissionError
    name = document.get("name")
    saved = name if isinstance(name, str) and frappe.db.exists(doctype, name) else None
    frappe.has_permission(doctype, "read", doc=saved, throw=True)
    frappe.has_permission("Company", "read", doc=company, throw=True)
    asked = {table: _rows(document.get(table)) for table in ("items", "quotation_options")}
    readable = _readable_items({row.item_code for rows in asked.values() for row in rows if row.item_code})
    return frappe._dict(
        doctype=doctype,
        name=saved,
        company=company,
        set_warehouse=_text(document.get("set_warehouse")),
        amended_from=_text(document.get("amended_from")),
        **{table: [row for row in rows if row.item_code in readable] for table, rows in asked.items()},
    )


@frappe.whitelist(methods=["POST"])
def get_promises(document: str | dict) -> dict:
    """The promise of each line of a form.

    document: an object, or its JSON: doctype, name, company, set_warehouse and the lines (`items`, `quotation_options`), as the form has them.
    Answer: today, and lines by name with day, in_stock and schedule (stock units), what it rests on, and the
    alternative item that could be had sooner. Documents behind it are named to those who may read them.
    """
    lines = require_lines(document)
    promised, sooner = flow.promise_with_alternatives(lines)
    readable = {
        doctype: frappe.has_permission(doctype, "read")
        for doctype in {one.cause.doctype for one in promised.values()} - {""}
    }
    return {
        "today": getdate().isoformat(),
        "lines": {
            key: {
                **_shown(one, bool(readable.get(one.cause.doctype))),
                "sooner": _alternative(sooner.get(key)),
            }
            for key, one in promised.items()
        },
    }


def _rows(rows: object) -> list[frappe._dict]:
    rows = rows[:_LINES_AT_MOST] if isinstance(rows, list) else []
    return [_row(row, index) for index, row in enumerate(rows, start=1) if isinstance(row, dict)]


def _row(row: dict, index: int) -> frappe._dict:
    return frappe._dict(
        {field: _text(row.get(field)) for field in _TEXTS}
        | {field: _number(row.get(field)) for field in _NUMBERS}
        | {field: cint(row.get(field)) for field in _CHECKS},
        idx=index,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float:
    """What a form may hold for a moment while it is being typed counts as nothing."""
    number = flt(value)
    return number if isfinite(number) and abs(number) < 1e12 else 0.0


def _readable_items(codes: set[str]) -> set[str]:
    if not codes:
        return set()
    readable = frappe.get_list(
        "Item", filters={"name": ("in", sorted(codes))}, pluck="name", order_by="name", limit=0
    )
    return set(readable)


def _shown(promised: Promise, names_document: bool) -> dict:
    cause = promised.cause
    return {
        "day": promised.day and promised.day.isoformat(),
        "in_stock": float(promised.in_stock),
        "schedule": [{"day": one.day.isoformat(), "qty": float(one.qty)} for one in promised.schedule],
        "cause": {
            "code": cause.code,
            "item_code": cause.item_code,
            "doctype": cause.doctype,
            "name": cause.name if names_document else "",
            "due": cause.due and cause.due.isoformat(),
            "days": cause.days,
            "basis": cause.basis,
        },
    }


def _alternative(promised: Promise | None) -> dict | None:
    return promised and {"item_code": promised.cause.item_code, "day": promised.day.isoformat()}
