"""Stands before ERPNext's own details of an item, which the desk asks for whenever a line is filled in."""

import frappe

from crm_ext.offer_desk.flow import cost_sight as details_of


def require_desk_user() -> None:
    """As behind ERPNext's own forms: any user of the desk, no customer of the portal."""
    frappe.only_for(("Desk User", "System Manager"))


@frappe.whitelist()
def get_item_details(
    args: str | dict,
    doc: str | dict | None = None,
    for_validate: str | bool = False,
    overwrite_warehouse: str | bool = True,
) -> dict:
    """What ERPNext's function of this name gives, without the cost where it is hidden from the user."""
    require_desk_user()
    return details_of.item_details(args, doc, for_validate, overwrite_warehouse)


@frappe.whitelist()
def get_valuation_rate(item_code: str, company: str, warehouse: str | None = None) -> dict:
    """What ERPNext's function of this name gives; nought where cost is hidden from the user."""
    require_desk_user()
    return details_of.item_valuation(item_code, company, warehouse)
