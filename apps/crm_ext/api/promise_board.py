"""The warehouse's page "Promises and Holds" as JSON, and the figures of the workspace."""

import frappe
from frappe import _
from frappe.utils import cint, getdate, now_datetime

from crm_ext.api.desk_figures import require_company
from crm_ext.offer_desk.flow import promise_board as boards

_SECTIONS = ("danger", "promised", "held")
_FARTHEST = 730


def require_scope(company: str | None, warehouse: str, item_group: str, customer: str) -> dict:
    """The filters, for users who may see promises and holds; names that are not theirs find nothing."""
    frappe.has_permission("Sales Order", "read", throw=True)
    frappe.has_permission("Stock Hold", "read", throw=True)
    chosen = {"warehouse": warehouse, "item_group": item_group, "customer": customer}
    return {"company": require_company(company), **{name: str(value or "") for name, value in chosen.items()}}


@frappe.whitelist()
def get_board(
    company: str | None = None, warehouse: str = "", item_group: str = "", customer: str = "", days: int = 14
) -> dict:
    """What is in danger, promised within so many days, and held: counts and the first hundred of each."""
    scope = require_scope(company, warehouse, item_group, customer)
    return boards.board(scope, _days(days))


@frappe.whitelist()
def get_more(
    section: str,
    start: int,
    company: str | None = None,
    warehouse: str = "",
    item_group: str = "",
    customer: str = "",
    days: int = 14,
) -> dict:
    """The next hundred of a section: 'danger', 'promised' or 'held'."""
    scope = require_scope(company, warehouse, item_group, customer)
    if section not in _SECTIONS:
        frappe.throw(_("There is no such section. Reload the page."))
    return boards.page(scope, _days(days), section, cint(start))


def _days(days: int) -> int:
    return min(max(cint(days), 0), _FARTHEST)


# Number cards


@frappe.whitelist()
def lines_in_danger(filters: str | dict | list | None = None) -> dict:
    """Number card: promises and holds in danger within two weeks; opens the warehouse's page."""
    frappe.has_permission("Stock Hold", "read", throw=True)
    company = require_company((frappe.parse_json(filters) or {}).get("company"))
    frappe.has_permission("Sales Order", "read", throw=True)
    return {
        "value": boards.count_in_danger(company, 14),
        "fieldtype": "Int",
        "route": ["promise-board"],
        "route_options": {"company": company},
    }


@frappe.whitelist()
def active_holds(filters: str | dict | list | None = None) -> dict:
    """Number card: holds that keep stock now; opens them."""
    frappe.has_permission("Stock Hold", "read", throw=True)
    return _counted_holds({"status": "Active", "expires_at": [">", str(now_datetime())]})


@frappe.whitelist()
def holds_ending_today(filters: str | dict | list | None = None) -> dict:
    """Number card: active holds whose last day is today; opens them."""
    frappe.has_permission("Stock Hold", "read", throw=True)
    today = str(getdate())
    return _counted_holds({"status": "Active", "expires_at": ["between", [today, today]]})


def _counted_holds(filters: dict) -> dict:
    return {
        "value": len(frappe.get_list("Stock Hold", filters=filters, pluck="name", order_by="name", limit=0)),
        "fieldtype": "Int",
        "route": ["List", "Stock Hold"],
        "route_options": filters,
    }
