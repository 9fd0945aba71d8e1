"""Campaigns and service contracts in the general ledger: ERPNext's accounting dimensions, and indexes to read them by.

Why dimensions and not a hook that stamps ledger rows stands in marketing_automation/README.md. A site that has such a
dimension already keeps it: then only the index is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe

from crm_ext import erpnext_port
from crm_ext.compat import CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD
from crm_ext.setup import record


@dataclass(frozen=True)
class LedgerLink:
    """A doctype whose records ledger rows name.

    The index serves the rows of one record, then of one account of it: what Budget sums at every posting, and what the
    record's report reads. `also_read` are columns that the report sums, so that it reads the index and not the ledger.
    """

    subject: str
    doctype: str
    field: str
    index: str
    also_read: tuple[str, ...] = ()


LINKS = (
    LedgerLink("ledger_link", CAMPAIGN_DOCTYPE, CAMPAIGN_FIELD, "crm_ext_campaign_account"),
    LedgerLink(
        "ledger_link_service_contract",
        "Service Contract",
        "service_contract",
        "crm_ext_contract_account",
        ("posting_date", "voucher_type", "is_cancelled", "debit", "credit"),
    ),
)
_LEDGER = "GL Entry"
_BUDGET_OPTIONS = "Budget-budget_against-options"
# Frappe adds this one at the first change of a table that it sorts by creation, be the change ours or another's.
_CREATION_INDEX = "creation"


def create() -> None:
    """Dimensions, columns and indexes are there when this returns; running it again completes what a stop left out."""
    for link in LINKS:
        _create(link)


def remove() -> None:
    """Exactly what `create` added, the latest first; what users wrote into the fields goes with them."""
    for link in reversed(LINKS):
        _remove(link)


def _create(link: LedgerLink) -> None:
    ours = record.remember(link.subject, _what_will_be_ours(link))
    if ours["dimension"]:
        erpnext_port.make_accounting_dimension(link.doctype, link.field)
    # The site's own dimension may have a field name of its own.
    field = erpnext_port.dimension_field(link.doctype)
    if field and frappe.db.has_column(_LEDGER, field):
        frappe.db.add_index(_LEDGER, [field, "account", *link.also_read], link.index)


def _remove(link: LedgerLink) -> None:
    ours = record.recall(link.subject)
    if ours is None:
        return
    _drop_index(_LEDGER, link.index)
    if ours["dimension"]:
        for doctype in [*ours["fields"], *_fields_that_came_later(link, ours)]:
            _drop_field(doctype, link.field)
        for doctype in ours["without_creation_index"]:
            _drop_index(doctype, _CREATION_INDEX)
        _restore_budget_options(link, ours["budget_options"])
        # ERPNext's own on_trash would, in a later job, delete custom fields and property setters of the site as well.
        frappe.delete_doc(
            "Accounting Dimension",
            erpnext_port.dimension_name(link.doctype),
            ignore_on_trash=True,
            force=True,
            delete_permanently=True,
        )
        erpnext_port.forget_cached_dimensions()
    record.forget(link.subject)


def _what_will_be_ours(link: LedgerLink) -> dict:
    existing = erpnext_port.dimension_name(link.doctype)
    fields = [] if existing else _doctypes_without_the_field(link)
    return {
        "dimension": not existing,
        "fields": fields,
        "custom_fields_of_the_site": _custom_fields(link),
        "without_creation_index": [doctype for doctype in fields if _lacks_creation_index(doctype)],
        "budget_options": frappe.db.get_value("Property Setter", _BUDGET_OPTIONS, "value"),
    }


def _doctypes_without_the_field(link: LedgerLink) -> list[str]:
    return [
        doctype
        for doctype in erpnext_port.doctypes_with_dimensions()
        if not frappe.get_meta(doctype).has_field(link.field)
    ]


def _custom_fields(link: LedgerLink) -> list[str]:
    return frappe.get_all(
        "Custom Field", filters={"fieldname": link.field}, pluck="dt", order_by="dt", distinct=True
    )


def _fields_that_came_later(link: LedgerLink, ours: dict) -> list[str]:
    """Apps installed after this one gave their doctypes a field for our dimension too."""
    known = {*ours["fields"], *ours["custom_fields_of_the_site"]}
    now = set(erpnext_port.doctypes_with_dimensions()).intersection(_custom_fields(link))
    return sorted(now - known)


def _lacks_creation_index(doctype: str) -> bool:
    return frappe.db.table_exists(doctype) and not frappe.db.has_index(f"tab{doctype}", _CREATION_INDEX)


def _drop_field(doctype: str, fieldname: str) -> None:
    field = frappe.db.get_value("Custom Field", {"dt": doctype, "fieldname": fieldname})
    if field:
        frappe.delete_doc("Custom Field", field, force=True, delete_permanently=True)
    if frappe.db.table_exists(doctype) and frappe.db.has_column(doctype, fieldname):
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP COLUMN `{fieldname}`")
    frappe.db.delete("Singles", {"doctype": doctype, "field": fieldname})
    frappe.clear_cache(doctype=doctype)


def _drop_index(doctype: str, name: str) -> None:
    if frappe.db.has_index(f"tab{doctype}", name):
        frappe.db.sql_ddl(f"ALTER TABLE `tab{doctype}` DROP INDEX `{name}`")


def _restore_budget_options(link: LedgerLink, before: str | None) -> None:
    """Budget's choices as they were; dimensions that the site added since then keep their line."""
    now = frappe.db.get_value("Property Setter", _BUDGET_OPTIONS, "value")
    if now is None:
        return
    without_ours = "\n".join(line for line in now.split("\n") if line != link.doctype)
    if before is None and without_ours == erpnext_port.budget_options_of_plain_erpnext():
        frappe.delete_doc("Property Setter", _BUDGET_OPTIONS, force=True, delete_permanently=True)
    else:
        frappe.db.set_value("Property Setter", _BUDGET_OPTIONS, "value", without_ours)
    frappe.clear_cache(doctype="Budget")
