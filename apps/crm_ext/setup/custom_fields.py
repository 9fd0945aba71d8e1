"""The app's fields on ERPNext's doctypes: few, short, and gone with their columns when the app goes."""

from __future__ import annotations

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from crm_ext.setup import record
from crm_ext.shared.text import _lt

_PROMISED = {
    "fieldname": "promise_date",
    "fieldtype": "Date",
    "label": _lt("Promise Date"),
    "description": _lt("The earliest day on which the whole quantity can leave the warehouse."),
    "read_only": 1,
    "no_copy": 1,
    "allow_on_submit": 1,
}

_SERVICE_ORDER = {
    "fieldname": "service_order",
    "fieldtype": "Link",
    "options": "Service Order",
    "label": _lt("Service Order"),
    "read_only": 1,
    "no_copy": 1,
    "search_index": 1,
}

FIELDS: dict[str, list[dict]] = {
    "Quotation": [
        {
            "fieldname": "quotation_options",
            "fieldtype": "Table",
            "options": "Quotation Option",
            "label": _lt("Options for the Customer"),
            "description": _lt("Lines that the customer may add to the offer; not part of its total."),
            "insert_after": "items",
        },
        {
            "fieldname": "offer_letter_section",
            "fieldtype": "Section Break",
            "label": _lt("Letter"),
            "collapsible": 1,
            "collapsible_depends_on": "offer_letter",
            "insert_after": "ignore_pricing_rule",
        },
        {
            "fieldname": "offer_letter",
            "fieldtype": "Text Editor",
            "label": _lt("Letter"),
            "description": _lt("Stands above the lines of the printed offer."),
            "insert_after": "offer_letter_section",
        },
        {
            "fieldname": "offer_template",
            "fieldtype": "Link",
            "options": "Offer Template",
            "label": _lt("Offer Template"),
            "insert_after": "offer_letter",
            "read_only": 1,
            "print_hide": 1,
        },
    ],
    "Quotation Item": [
        {**_PROMISED, "insert_after": "qty"},
        {
            "fieldname": "offer_configuration",
            "fieldtype": "Link",
            "options": "Offer Configuration",
            "label": _lt("Offer Configuration"),
            "insert_after": "additional_notes",
            "read_only": 1,
            "print_hide": 1,
        },
        {
            "fieldname": "contract_line",
            "fieldtype": "Data",
            "label": _lt("Row of the Contract"),
            "insert_after": "offer_configuration",
            "hidden": 1,
            "read_only": 1,
            "print_hide": 1,
            "length": 20,
        },
    ],
    "Sales Order": [
        {
            "fieldname": "deposit_request",
            # No Link: ERPNext would refuse to cancel a request that a submitted order names.
            "fieldtype": "Data",
            "label": _lt("Payment Request of the Deposit"),
            "insert_after": "advance_paid",
            "hidden": 1,
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
            "allow_on_submit": 1,
        },
        {
            "fieldname": "deposit_paid_on",
            "fieldtype": "Date",
            "label": _lt("Deposit Paid Online on"),
            "insert_after": "deposit_request",
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
            "allow_on_submit": 1,
            "depends_on": "deposit_paid_on",
        },
    ],
    "Sales Order Item": [
        {**_PROMISED, "insert_after": "delivery_date"},
        {
            "fieldname": "quotation_option",
            "fieldtype": "Data",
            "label": _lt("Quotation Option"),
            "insert_after": "quotation_item",
            "hidden": 1,
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
        },
    ],
    "Customer": [
        {
            "fieldname": "customer_grade",
            "fieldtype": "Link",
            "options": "Customer Grade",
            "label": _lt("Customer Grade"),
            "description": _lt("Says whose holds on stock come first and which margin is the least."),
            "insert_after": "customer_group",
        },
        {
            "fieldname": "mute_service_letters",
            "fieldtype": "Check",
            "label": _lt("No Letters about Service"),
            "description": _lt("The customer does not want to be written to about complaints and visits."),
            "insert_after": "language",
        },
    ],
    "Item": [
        {
            "fieldname": "show_in_catalogue",
            "fieldtype": "Check",
            "label": _lt("Show in the Customer Catalogue"),
            "description": _lt("Customers find and order this item in the portal."),
            "insert_after": "item_group",
        },
        {
            "fieldname": "equipment_record",
            "fieldtype": "Select",
            "options": "For Serial Numbers\nFor Every Piece\nNever",
            "default": "For Serial Numbers",
            "label": _lt("Equipment Made at Delivery"),
            "description": _lt("Which units get a record of their own as equipment of the customer."),
            "insert_after": "warranty_period",
        },
        {
            "fieldname": "equipment_type",
            "fieldtype": "Link",
            "options": "Equipment Type",
            "label": _lt("Equipment Type"),
            "insert_after": "equipment_record",
        },
    ],
    "Stock Entry": [{**_SERVICE_ORDER, "insert_after": "work_order"}],
    "Timesheet": [{**_SERVICE_ORDER, "insert_after": "parent_project"}],
    "Sales Invoice": [{**_SERVICE_ORDER, "insert_after": "project", "print_hide": 1}],
    "Journal Entry": [{**_SERVICE_ORDER, "insert_after": "cheque_date", "print_hide": 1}],
    "Issue": [
        {
            "fieldname": "equipment",
            "fieldtype": "Link",
            "options": "Equipment",
            "label": _lt("Equipment"),
            "insert_after": "customer",
            "in_standard_filter": 1,
            "search_index": 1,
        },
        {
            "fieldname": "complaint_cause",
            "fieldtype": "Link",
            "options": "Complaint Cause",
            "label": _lt("Cause"),
            "insert_after": "equipment",
        },
        {
            "fieldname": "service_contract",
            "fieldtype": "Link",
            "options": "Service Contract",
            "label": _lt("Service Contract"),
            "insert_after": "complaint_cause",
            "search_index": 1,
        },
        {
            "fieldname": "contract_line",
            "fieldtype": "Data",
            "label": _lt("Row of the Contract"),
            "insert_after": "service_contract",
            "hidden": 1,
            "read_only": 1,
            "print_hide": 1,
            "length": 20,
        },
        {
            "fieldname": "no_credit_reason",
            "fieldtype": "Small Text",
            "label": _lt("No Service Credit Because"),
            "description": _lt("With a reason, nothing is given back for times that were missed."),
            "insert_after": "contract_line",
            "depends_on": "contract_line",
            "no_copy": 1,
            "print_hide": 1,
        },
        {
            "fieldname": "disputed_invoice",
            "fieldtype": "Link",
            "options": "Sales Invoice",
            "label": _lt("Disputed Invoice"),
            "description": _lt(
                "The invoice that the customer objects to. One objection to an invoice is open at a time."
            ),
            "insert_after": "customer",
            "in_standard_filter": 1,
            "search_index": 1,
        },
        {
            "fieldname": "dispute_key",
            "fieldtype": "Data",
            "label": _lt("Dispute Key"),
            "insert_after": "disputed_invoice",
            "hidden": 1,
            "read_only": 1,
            "no_copy": 1,
            "unique": 1,
        },
    ],
    "File": [
        {
            "fieldname": "sent_by_customer",
            "fieldtype": "Check",
            "label": _lt("Sent by the Customer"),
            "insert_after": "attached_to_field",
            # What bears it is shown in the portal: it is written by the app alone.
            "permlevel": 1,
            "hidden": 1,
            "read_only": 1,
            "no_copy": 1,
        },
    ],
    "Payment Entry": [
        {
            "fieldname": "portal_payment",
            "fieldtype": "Link",
            "options": "Portal Payment",
            "label": _lt("Portal Payment"),
            "insert_after": "reference_date",
            "read_only": 1,
            "no_copy": 1,
            "print_hide": 1,
        },
    ],
}
_COLUMNLESS = ("Table", "Section Break", "Column Break", "HTML")
# Frappe adds this one at the first change of a table that it sorts by creation, be the change ours or another's.
_CREATION_INDEX = "creation"
# Those that were there when nothing but the lacking ones was written down.
_FIRST_DOCTYPES = (
    "Quotation", "Quotation Item", "Sales Order", "Sales Order Item", "Customer", "Item", "Issue", "Payment Entry",
)  # fmt: skip
_SUBJECT = "custom_fields"


def create() -> None:
    """Running it again adds what a later version brings."""
    ours = record.recall(_SUBJECT) or {"without_creation_index": []}
    asked = ours.get("asked", list(_FIRST_DOCTYPES) if ours["without_creation_index"] else [])
    lacking = [name for name in FIELDS if name not in asked and _lacks_creation_index(name)]
    record.forget(_SUBJECT)
    record.remember(
        _SUBJECT,
        {"without_creation_index": [*ours["without_creation_index"], *lacking], "asked": list(FIELDS)},
    )
    create_custom_fields(FIELDS, ignore_validate=True)


def remove() -> None:
    """Fields, columns and what users wrote into them."""
    ours = record.recall(_SUBJECT)
    if ours is None:
        return
    for doctype, fields in FIELDS.items():
        for field in fields:
            _drop(doctype, field)
        if doctype in ours["without_creation_index"] and frappe.db.has_index(
            f"tab{doctype}", _CREATION_INDEX
        ):
            frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{_CREATION_INDEX}`")
        frappe.clear_cache(doctype=doctype)
    record.forget(_SUBJECT)


def _drop(doctype: str, field: dict) -> None:
    name = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
    if name:
        frappe.delete_doc("Custom Field", name, force=True, delete_permanently=True)
    if field["fieldtype"] not in _COLUMNLESS and frappe.db.has_column(doctype, field["fieldname"]):
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{field['fieldname']}`")


def _lacks_creation_index(doctype: str) -> bool:
    return not frappe.db.has_index(f"tab{doctype}", _CREATION_INDEX)
