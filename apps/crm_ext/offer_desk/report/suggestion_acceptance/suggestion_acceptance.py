"""How often what is suggested beside an offer is taken, by item, kind, representative or place."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.utils import add_months, getdate

from crm_ext.offer_desk.queries import suggestions as queries

# What can be counted by: the column of Item Suggestion and how its values are shown.
SUBJECTS = {
    "Item": ("item_code", {"fieldtype": "Link", "options": "Item"}),
    "Kind": ("kind", {"fieldtype": "Data"}),
    "Representative": ("representative", {"fieldtype": "Link", "options": "User"}),
    "Place": ("place", {"fieldtype": "Data"}),
}


def execute(filters: dict | None = None):
    filters = frappe._dict(filters or {})
    column, shown_as = SUBJECTS.get(filters.by) or SUBJECTS["Item"]
    end = getdate(filters.to_date)
    start = getdate(filters.from_date or add_months(end, -3))
    rows = queries.acceptance(column, filters.company, start, end, filters.customer)
    for row in rows:
        row.open = row.shown - row.taken - row.refused
        row.rate = 100 * row.taken / row.shown
        row.label = _(row.subject) if column in ("kind", "place") and row.subject else row.subject
    return _columns(filters.by or "Item", shown_as), rows, None, None, _summary(rows)


def _columns(subject: str, shown_as: dict) -> list[dict]:
    counted = (
        ("shown", _("Shown")),
        ("taken", _("Taken")),
        ("refused", _("Refused")),
        ("open", _("No Answer")),
    )
    return [
        {"fieldname": "label", "label": _(subject), "width": 260, **shown_as},
        *({"fieldname": name, "label": label, "fieldtype": "Int", "width": 120} for name, label in counted),
        {"fieldname": "rate", "label": _("Acceptance"), "fieldtype": "Percent", "width": 130},
    ]


def _summary(rows: list[dict]) -> list[dict] | None:
    shown = sum(row.shown for row in rows)
    if not shown:
        return None
    taken = sum(row.taken for row in rows)
    return [
        {"label": _("Shown"), "value": shown, "datatype": "Int"},
        {"label": _("Taken"), "value": taken, "datatype": "Int"},
        {"label": _("Acceptance"), "value": 100 * taken / shown, "datatype": "Percent"},
    ]
