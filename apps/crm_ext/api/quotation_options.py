"""What the desk asks about the options and alternatives of a quotation."""

from dataclasses import asdict

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.api.revisions import require_quotation
from crm_ext.offer_desk.flow import quotation_options as options_flow

_PRICED = ("name", "idx", "uom", "stock_uom", "conversion_factor", "price_list_rate", "rate", "amount")


def require_draft(quotation: dict | str) -> Document:
    """The quotation as it stands in the form, saved or not, if the user may write it."""
    quotation = frappe.parse_json(quotation)
    if quotation.get("doctype") != "Quotation":
        frappe.throw(_("Only a quotation can be worked on here."), frappe.PermissionError)
    name = quotation.get("name")
    if name and frappe.db.exists("Quotation", name):
        frappe.has_permission("Quotation", "write", name, throw=True)
    else:
        frappe.has_permission("Quotation", "create", throw=True)
    return frappe.get_doc(quotation)


@frappe.whitelist(methods=["POST"])
def price(quotation: dict | str) -> list[dict]:
    """Rates and amounts of the options of the quotation in the form, as saving it would set them."""
    draft = require_draft(quotation)
    options_flow.price_options(draft)
    return [{field: row.get(field) for field in _PRICED} for row in draft.quotation_options]


@frappe.whitelist(methods=["POST"])
def preview(quotation: str, chosen: list | str, alternatives: list | str) -> dict:
    """Total, taxes, payments and promise date of the order that a choice would make; nothing is saved."""
    require_quotation(quotation)
    return asdict(options_flow.preview(quotation, _names(chosen), _names(alternatives)))


@frappe.whitelist(methods=["POST"])
def make_order(quotation: str, chosen: list | str, alternatives: list | str) -> dict:
    """The sales order of a choice for the form: complete and not saved."""
    require_orders(quotation)
    return options_flow.make_order(quotation, _names(chosen), _names(alternatives)).as_dict()


def require_orders(quotation: str) -> None:
    """The user may read the quotation and make orders."""
    require_quotation(quotation)
    frappe.has_permission("Sales Order", "create", throw=True)


def _names(rows: list | str) -> list[str]:
    return [str(row) for row in frappe.parse_json(rows)]
