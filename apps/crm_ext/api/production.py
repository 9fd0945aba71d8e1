"""What the desk asks about production: what making the lines of an offer takes, its BOM and its Work Order."""

from dataclasses import asdict

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.offer_desk.flow import production as production_flow

_ASKED_OF = ("Quotation", "Sales Order")


def require_document(doctype: str, name: str) -> Document:
    """The quotation or order, or one and the same refusal for "not yours" and "not there"."""
    if doctype in _ASKED_OF and frappe.db.exists(doctype, name):
        document = frappe.get_doc(doctype, name)
        if frappe.has_permission(doctype, "read", document):
            return document
    frappe.throw(
        _("{0} {1} is not there, or you have no right to it. Ask its owner to share it with you.").format(
            _(doctype), name
        ),
        frappe.PermissionError,
    )


def require_maker(doctype: str, name: str, made: str) -> None:
    """The user may read the source and make what is made of it."""
    require_document(doctype, name)
    frappe.has_permission(made, "create", throw=True)


@frappe.whitelist()
def estimate(doctype: str, name: str) -> list[dict]:
    """What making the lines of a saved quotation or order takes; costs only for whom they are not hidden from."""
    document = require_document(doctype, name)
    return [asdict(line) for line in production_flow.estimate_document(document).values()]


@frappe.whitelist(methods=["POST"])
def make_bom(quotation: str, row: str) -> str:
    """The draft bill of materials of a line of a quotation."""
    require_maker("Quotation", quotation, "BOM")
    return production_flow.make_bom(quotation, row)


@frappe.whitelist(methods=["POST"])
def make_work_order(sales_order: str, row: str) -> str:
    """The Work Order of a line of a sales order."""
    require_maker("Sales Order", sales_order, "Work Order")
    return production_flow.make_work_order(sales_order, row)
