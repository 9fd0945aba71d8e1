"""Campaigns in the general ledger: ERPNext's accounting dimension on Campaign, and an index to read it by.

Why a dimension and not a hook that stamps ledger rows stands in marketing_automation/README.md. A site that has such a
dimension already keeps it: then only the index is ours.
"""

from __future__ import annotations

import frappe

from crm_ext import erpnext_port
from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD
from crm_ext.setup import record

# Rows of one campaign, then of one account of it: what Budget sums at every posting, and what a campaign's report reads.
LEDGER_INDEX = ("GL Entry", (CAMPAIGN_FIELD, "account"), "crm_ext_campaign_account")
_BUDGET_OPTIONS = "Budget-budget_against-options"
# Frappe adds this one at the first change of a table that it sorts by creation, be the change ours or another's.
_CREATION_INDEX = "creation"
_SUBJECT = "ledger_link"


def create() -> None:
    """Dimension, columns and index are there when this returns; running it again completes what a stop left out."""
    ours = record.remember(_SUBJECT, _what_will_be_ours())
    if ours["dimension"]:
        erpnext_port.make_accounting_dimension(CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD)
    if erpnext_port.dimension_field(CAMPAIGN_DOCTYPE) == CAMPAIGN_FIELD:
        doctype, columns, name = LEDGER_INDEX
        frappe.db.add_index(doctype, list(columns), name)


def remove() -> None:
    """Exactly what `create` added; what users wrote into the fields goes with them."""
    ours = record.recall(_SUBJECT)
    if ours is None:
        return
    _drop_index(LEDGER_INDEX[0], LEDGER_INDEX[2])
    if ours["dimension"]:
        for doctype in [*ours["fields"], *_fields_that_came_later(ours)]:
            _drop_field(doctype)
        for doctype in ours["without_creation_index"]:
            _drop_index(doctype, _CREATION_INDEX)
        _restore_budget_options(ours["budget_options"])
        # ERPNext's own on_trash would, in a later job, delete custom fields and property setters of the site as well.
        frappe.delete_doc(
            "Accounting Dimension",
            erpnext_port.dimension_name(CAMPAIGN_DOCTYPE),
            ignore_on_trash=True,
            force=True,
            delete_permanently=True,
        )
        erpnext_port.forget_cached_dimensions()
    record.forget(_SUBJECT)


def _what_will_be_ours() -> dict:
    existing = erpnext_port.dimension_name(CAMPAIGN_DOCTYPE)
    fields = [] if existing else _doctypes_without_the_field()
    return {
        "dimension": not existing,
        "fields": fields,
        "custom_fields_of_the_site": _custom_fields(),
        "without_creation_index": [doctype for doctype in fields if _lacks_creation_index(doctype)],
        "budget_options": frappe.db.get_value("Property Setter", _BUDGET_OPTIONS, "value"),
    }


def _doctypes_without_the_field() -> list[str]:
    return [
        doctype
        for doctype in erpnext_port.doctypes_with_dimensions()
        if not frappe.get_meta(doctype).has_field(CAMPAIGN_FIELD)
    ]


def _custom_fields() -> list[str]:
    return frappe.get_all(
        "Custom Field", filters={"fieldname": CAMPAIGN_FIELD}, pluck="dt", order_by="dt", distinct=True
    )


def _fields_that_came_later(ours: dict) -> list[str]:
    """Apps installed after this one gave their doctypes a field for our dimension too."""
    known = {*ours["fields"], *ours["custom_fields_of_the_site"]}
    now = set(erpnext_port.doctypes_with_dimensions()).intersection(_custom_fields())
    return sorted(now - known)


def _lacks_creation_index(doctype: str) -> bool:
    return frappe.db.table_exists(doctype) and not frappe.db.has_index(f"tab{doctype}", _CREATION_INDEX)


def _drop_field(doctype: str) -> None:
    field = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": CAMPAIGN_FIELD})
    if field:
        frappe.delete_doc("Custom Field", field, force=True, delete_permanently=True)
    if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, CAMPAIGN_FIELD):
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{CAMPAIGN_FIELD}`")
    frappe.db.delete("Singles", {"doctype": doctype, "field": CAMPAIGN_FIELD})
    frappe.clear_cache(doctype=doctype)


def _drop_index(doctype: str, name: str) -> None:
    if frappe.db.has_index(f"tab{doctype}", name):
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{name}`")


def _restore_budget_options(before: str | None) -> None:
    """Budget's choices as they were; dimensions that the site added since then keep their line."""
    now = frappe.db.get_value("Property Setter", _BUDGET_OPTIONS, "value")
    if now is None:
        return
    without_ours = "\n".join(line for line in now.split("\n") if line != CAMPAIGN_DOCTYPE)
    if before is None and without_ours == erpnext_port.budget_options_of_plain_erpnext():
        frappe.delete_doc("Property Setter", _BUDGET_OPTIONS, force=True, delete_permanently=True)
    else:
        frappe.db.set_value("Property Setter", _BUDGET_OPTIONS, "value", without_ours)
    frappe.clear_cache(doctype="Budget")
