"""Who else wants to know when a lead is made, and can the makers be many at once?

Inserting a document in Frappe runs handlers: those that Frappe and ERPNext register themselves, and those of other
apps. For the former this file knows what each does to an imported lead or contact; any other is called with a real
document, or with many at once where its app allows that through the hook

    crm_ext_batch_events = {"path.of.the.handler": "path.of.a.function"}

whose function takes (documents, event) and does for all what the handler does for one.

Where a site has something that cannot be had in bulk (a server script, an overridden controller, a workflow …),
leads are inserted one by one by Frappe itself, and the import says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import frappe
from frappe import _
from frappe.core.doctype.server_script.server_script_utils import get_server_script_map
from frappe.model.base_document import get_controller

# Made by every import, and made of rows that have an address.
DOCTYPES = ("Lead", "Contact")
ADDRESS = "Address"
EVENTS = (
    "before_insert", "before_naming", "autoname", "before_validate", "validate", "before_save",
    "after_insert", "on_update", "on_change", "before_change",
)  # fmt: skip

# What an imported lead or contact needs of a handler that Frappe or ERPNext registers.
#   nothing  it does nothing to a new lead or contact made by an import; the reason stands beside it
#   in bulk  its effect is had by this app for many at once
#   each     it is called with each document while the site has a record of the doctype named, else not at all
#   alone    it is called by Frappe itself, since leads go one by one while the site has such a record
CORE_HANDLERS: dict[str, tuple[Literal["nothing", "in bulk", "each", "alone"], str]] = {
    # Counts shown in the sidebar; cleared once a chunk.
    "frappe.desk.notifications.clear_doctype_notifications": ("in bulk", ""),
    "frappe.workflow.doctype.workflow_action.workflow_action.process_workflow_actions": ("alone", "Workflow"),
    # Attach fields cannot be filled by an import.
    "frappe.core.doctype.file.utils.attach_files_to_document": ("nothing", ""),
    "frappe.automation.doctype.assignment_rule.assignment_rule.apply": ("each", "Assignment Rule"),
    # Returns at once during an import, as energy points do.
    "frappe.automation.doctype.assignment_rule.assignment_rule.update_due_date": ("nothing", ""),
    "frappe.social.doctype.energy_point_rule.energy_point_rule.process_energy_points": ("nothing", ""),
    "frappe.core.doctype.user_type.user_type.apply_permissions_for_non_standard_user_type": ("each", "User Type"),
    # Indexes doctypes that an app lists in its hook; neither Frappe nor ERPNext lists these two.
    "frappe.search.sqlite_search.update_doc_index": ("each", "sqlite_search"),
    "frappe.automation.doctype.milestone_tracker.milestone_tracker.evaluate_milestone": ("each", "Milestone Tracker"),
    # A contact made from a lead names no Google account.
    "frappe.integrations.doctype.google_contacts.google_contacts.insert_contacts_to_google_contacts": ("nothing", ""),
    "frappe.integrations.doctype.google_contacts.google_contacts.update_contacts_to_google_contacts": ("nothing", ""),
    "erpnext.support.doctype.service_level_agreement.service_level_agreement.apply": ("alone", "Service Level Agreement"),
    # Asked once an import for its company.
    "erpnext.setup.doctype.transaction_deletion_record.transaction_deletion_record.check_for_running_deletion_job": ("in bulk", ""),
    "erpnext.telephony.doctype.call_log.call_log.link_existing_conversations": ("in bulk", ""),
    "erpnext.crm.utils.update_lead_phone_numbers": ("in bulk", ""),
    # Fills a field that Italian companies have; with any such field addresses are inserted one by one.
    "erpnext.regional.italy.utils.set_state_code": ("nothing", ""),
}  # fmt: skip

# Events that the controllers of ERPNext 15 and Frappe 15 have, all of which are reproduced.
CONTROLLER_EVENTS = {
    "Lead": {"before_insert", "validate", "after_insert", "on_update"},
    "Contact": {"autoname", "validate"},
    "Address": {"autoname", "validate", "on_update"},
}
# ERPNext's own override of Frappe's controller.
_KNOWN_OVERRIDES = {"Address": ["erpnext.accounts.custom.address.ERPNextAddress"]}


@dataclass(frozen=True)
class Listeners:
    """Handlers to call, by (doctype, event), in Frappe's own order; and why leads must go one by one, if they must."""

    handlers: dict[tuple[str, str], list[tuple[str, str | None]]] = field(default_factory=dict)
    one_by_one_because: tuple[str, ...] = ()
    addresses_one_by_one: bool = False

    def listen_to(self, doctype: str, event: str) -> bool:
        return (doctype, event) in self.handlers

    def tell(self, doctype: str, event: str, documents: Sequence[Any]) -> None:
        for path, batch_path in self.handlers.get((doctype, event), []):
            if batch_path:
                frappe.get_attr(batch_path)(documents, event)
                continue
            handler: Callable = frappe.get_attr(path)
            for document in documents:
                handler(document, event)


def listeners(fieldnames: Sequence[str], notify: bool) -> Listeners:
    """Asks the site once an import. fieldnames: of Lead, that the import fills; notify: e-mail notifications are wanted."""
    return Listeners(
        _handlers(),
        tuple(_reasons_for_one_by_one(fieldnames, notify)),
        bool(_handlers((ADDRESS,)) or list(_reasons_of(ADDRESS, notify))),
    )


def registered_handlers(doctype: str, event: str) -> list[str]:
    hooks = frappe.get_doc_hooks()
    return [*hooks.get(doctype, {}).get(event, []), *hooks.get("*", {}).get(event, [])]


def _handlers(doctypes: Sequence[str] = DOCTYPES) -> dict[tuple[str, str], list[tuple[str, str | None]]]:
    batch_paths = frappe.get_hooks("crm_ext_batch_events") or {}
    found: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for doctype in doctypes:
        for event in EVENTS:
            for path in registered_handlers(doctype, event):
                if _must_be_called(path, doctype):
                    batch_path = (batch_paths.get(path) or [None])[-1]
                    found.setdefault((doctype, event), []).append((path, batch_path))
    return found


def _must_be_called(path: str, doctype: str) -> bool:
    treatment, record = CORE_HANDLERS.get(path, ("each", ""))
    return treatment == "each" and (not record or _site_has(record, doctype))


def _site_has(record: str, doctype: str) -> bool:
    if record == "sqlite_search":
        return bool(frappe.get_hooks("sqlite_search"))
    filters: dict[str, dict[str, Any]] = {
        "Assignment Rule": {"document_type": doctype, "disabled": 0},
        "Milestone Tracker": {"document_type": doctype, "disabled": 0},
        "User Type": {"is_standard": 0, "apply_user_permission_on": doctype},
        "Workflow": {"document_type": doctype, "is_active": 1},
        "Service Level Agreement": {"document_type": doctype, "enabled": 1},
        "Document Naming Rule": {"document_type": doctype, "disabled": 0},
        "Notification": {"document_type": doctype, "enabled": 1},
    }
    return bool(frappe.db.exists(record, filters[record]))


def _reasons_for_one_by_one(fieldnames: Sequence[str], notify: bool) -> list[str]:
    reasons = [reason for doctype in DOCTYPES for reason in _reasons_of(doctype, notify)]
    if _is_user_restricted(fieldnames):
        reasons.append(_("permissions of {0} depend on the values of each lead").format(frappe.session.user))
    return reasons


def _reasons_of(doctype: str, notify: bool) -> Iterator[str]:
    label = _(doctype)
    for record in ("Workflow", "Service Level Agreement", "Document Naming Rule"):
        if _site_has(record, doctype):
            yield _("{0} has an active {1}").format(label, _(record))
    if notify and _site_has("Notification", doctype):
        yield _("{0} has an active {1}").format(label, _("Notification"))
    if get_server_script_map().get(doctype):
        yield _("{0} has an active {1}").format(label, _("Server Script"))
    if _is_customised_in_code(doctype):
        yield _("an app changes how {0} behaves").format(label)
    if _is_customised_in_form(doctype):
        yield _("{0} fetches values, tracks changes or is named in a way of its own").format(label)


def _is_customised_in_code(doctype: str) -> bool:
    controller = get_controller(doctype)
    events = {event for event in EVENTS if callable(getattr(controller, event, None))}
    overrides = (frappe.get_hooks("override_doctype_class") or {}).get(doctype, [])
    return overrides != _KNOWN_OVERRIDES.get(doctype, []) or not events <= CONTROLLER_EVENTS[doctype]


def _is_customised_in_form(doctype: str) -> bool:
    """The import gives what these doctypes demand by themselves; a lead's own demands are checked row by row."""
    meta = frappe.get_meta(doctype)
    naming = {"Lead": "naming_series:"}.get(doctype, "")
    given = {"address_type", "address_line1", "city", "country"}
    checked_by_frappe = {
        df.fieldname
        for df in meta.fields
        if df.fieldtype == "Data" and df.options and df.get("is_custom_field")
    }
    demanded = {df.fieldname for df in meta.fields if df.reqd and not df.default} - given
    return (
        (meta.autoname or "") != naming
        or bool(meta.track_changes)
        or any(df.fetch_from or df.is_virtual for df in meta.fields)
        or bool(checked_by_frappe)
        or bool(demanded and doctype != "Lead")
        or (doctype == ADDRESS and meta.has_field("state_code"))
    )


def _is_user_restricted(fieldnames: Sequence[str]) -> bool:
    """Frappe asks the values of a document whether its user may create it, which only a document can answer."""
    if frappe.session.user == "Administrator":
        return False
    fields = (frappe.get_meta("Lead").get_field(fieldname) for fieldname in fieldnames)
    return (
        bool(frappe.permissions.get_user_permissions(frappe.session.user))
        or bool((frappe.get_hooks("has_permission") or {}).get("Lead"))
        or any(df.permlevel for df in fields if df)
    )
