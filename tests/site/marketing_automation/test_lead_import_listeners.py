"""Other apps' document events run during an import: in batches where their app allows it, one by one where not."""

from __future__ import annotations

import sys
import types

import frappe
import pytest

from crm_ext.marketing_automation.flow import lead_events, lead_insert
from crm_ext.marketing_automation.flow.lead_events import (
    ADDRESS,
    CORE_HANDLERS,
    DOCTYPES,
    EVENTS,
    registered_handlers,
)
from crm_ext.marketing_automation.queries.lead_import import creates_contacts

LEADS = (
    {"first_name": "Sara", "email_id": "sara@listen.test", "mobile_no": "+989357770001"},
    {"company_name": "Blue Pumps", "phone": "+982188120002"},
)


@pytest.fixture
def other_app(site, monkeypatch):
    """A module as another installed app would have it; gives a function that registers its handlers."""
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    module = types.ModuleType("crm_ext.listener_of_another_app")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    doc_hooks, hooks = frappe.get_doc_hooks(), frappe.get_hooks

    def register(doctype, event, handler, batch=None):
        path = f"{module.__name__}.{handler.__name__}"
        setattr(module, handler.__name__, handler)
        events = {name: dict(found) for name, found in doc_hooks.items()}
        events.setdefault(doctype, {})[event] = [*events.get(doctype, {}).get(event, []), path]
        doc_hooks.update(events)
        frappe.local.doc_events_hooks = doc_hooks
        if batch:
            setattr(module, batch.__name__, batch)
            allowed = {**(hooks("crm_ext_batch_events") or {}), path: [f"{module.__name__}.{batch.__name__}"]}
            monkeypatch.setattr(
                frappe,
                "get_hooks",
                lambda hook=None, *a, **k: (
                    allowed if hook == "crm_ext_batch_events" else hooks(hook, *a, **k)
                ),
            )

    yield register
    frappe.local.doc_events_hooks = None
    del frappe.local.doc_events_hooks


def insert(leads=LEADS):
    frappe.flags.in_import = True
    try:
        told = lead_events.listeners(["first_name"], notify=False)
        assert not told.one_by_one_because
        return lead_insert.LeadWriter(told, creates_contacts()).insert(leads)
    finally:
        frappe.flags.in_import = False


def insert_one_by_one():
    frappe.flags.in_import = True
    try:
        for lead in LEADS:
            lead_insert.insert_one(lead)
    finally:
        frappe.flags.in_import = False


@pytest.mark.parametrize(
    "event", ["after_insert", "on_update", "on_change", "validate", "before_insert", "before_save"]
)
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_handler_runs_as_often_in_bulk_as_one_by_one(other_app, doctype, event):
    seen = []

    def handler(document, method=None):
        seen.append((document.doctype, document.get("email_id") or "", method))

    other_app(doctype, event, handler)
    frappe.db.savepoint("alone")
    insert_one_by_one()
    frappe.db.rollback(save_point="alone")
    alone, seen[:] = sorted(seen), []
    insert()
    assert sorted(seen) == alone
    assert alone


def test_a_handler_that_allows_it_is_called_once_for_all(other_app):
    calls = []

    def one(document, method=None):
        raise AssertionError("the batch function stands for this one")

    def many(documents, event):
        calls.append((event, [document.name for document in documents]))

    other_app("Lead", "after_insert", one, batch=many)
    names = insert()
    assert calls == [("after_insert", names)]


def test_what_a_handler_changes_before_the_insert_is_stored(other_app):
    def handler(document, method=None):
        document.city = "Tabriz"

    other_app("Lead", "validate", handler)
    names = insert()
    assert [frappe.db.get_value("Lead", name, "city") for name in names] == ["Tabriz", "Tabriz"]


def test_a_handler_sees_a_document_that_is_in_the_database(other_app):
    seen = []

    def handler(document, method=None):
        seen.append(frappe.db.exists("Lead", document.name))
        document.db_set("city", "Yazd")

    other_app("Lead", "after_insert", handler)
    names = insert()
    assert seen == names
    assert frappe.db.get_value("Lead", names[0], "city") == "Yazd"


def test_a_row_that_another_app_does_not_accept_is_refused_alone(other_app):
    from crm_ext.marketing_automation.flow import lead_import

    def handler(document, method=None):
        if document.first_name == "Mallory":
            frappe.throw("We know Mallory")

    other_app("Lead", "validate", handler)
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": "x.csv",
            "content": "First Name\nSara\nMallory\nZoe\n",
            "is_private": 1,
        }
    ).insert()
    doc = frappe.get_doc({"doctype": "Lead Import", "title": "x", "file": file.file_url}).insert()
    doc.db_set("status", "Running")
    lead_import.run(doc.name, end_step=lambda: None)
    rows = frappe.get_all(
        "Lead Import Row", {"lead_import": doc.name}, ["outcome", "reason"], order_by="file_row"
    )
    assert [row.outcome for row in rows] == ["New", "Refused", "New"]
    assert "We know Mallory" in rows[1].reason


def test_an_assignment_rule_assigns_every_imported_lead(site):
    rule = {
        "doctype": "Assignment Rule", "name": "Imported leads", "document_type": "Lead", "rule": "Round Robin",
        "description": "new", "assign_condition": "status == 'Lead'", "users": [{"user": "Administrator"}],
        "assignment_days": [{"day": day} for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")],
    }  # fmt: skip
    try:
        frappe.get_doc(rule).insert()
        names = insert()
        filters = {"reference_type": "Lead", "reference_name": ("in", names)}
        assert sorted(frappe.get_all("ToDo", filters, pluck="reference_name", order_by="creation")) == sorted(
            names
        )
    finally:
        frappe.db.rollback()
        frappe.clear_cache()


def test_calls_of_a_new_contact_are_linked_to_it(site):
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    call, other = (
        frappe.get_doc(
            {"doctype": "Call Log", "id": f"call-{caller}", "from": caller, "to": "100", "type": "Outgoing"}
        )
        .insert()
        .name
        for caller in ("00989357770001", "0015557770001")
    )
    lead = insert()[0]
    contact = frappe.db.get_value("Dynamic Link", {"link_name": lead, "parenttype": "Contact"}, "parent")
    linked = {
        name: [link.link_name for link in frappe.get_doc("Call Log", name).links] for name in (call, other)
    }
    assert contact in linked[call]
    assert contact not in linked[other]


@pytest.mark.parametrize(
    "record",
    [
        {"doctype": "Server Script", "name": "s", "script_type": "DocType Event", "reference_doctype": "Lead", "doctype_event": "Before Insert", "script": "pass"},
        {"doctype": "Document Naming Rule", "document_type": "Lead", "prefix": "X-", "prefix_digits": 5},
    ],
    ids=lambda record: record["doctype"],
)  # fmt: skip
def test_what_cannot_be_had_in_bulk_is_left_to_frappe_and_said(site, record):
    frappe.get_doc(record).insert()
    frappe.clear_cache()
    try:
        reasons = lead_events.listeners(["first_name"], notify=False).one_by_one_because
        assert any(record["doctype"] in reason for reason in reasons)
    finally:
        frappe.db.rollback()
        frappe.clear_cache()


def test_every_handler_of_frappe_and_erpnext_is_known():
    """A new one would be called with each document, which is right and slow: decide what it needs and name it."""
    core = {
        path
        for doctype in (*DOCTYPES, ADDRESS)
        for event in EVENTS
        for path in registered_handlers(doctype, event)
        if path.split(".")[0] in ("frappe", "erpnext")
    }
    assert core == set(CORE_HANDLERS)


def test_the_series_stays_right_beside_leads_inserted_by_hand(site):
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 0)
    first = insert()
    by_hand = frappe.get_doc({"doctype": "Lead", "first_name": "By hand"}).insert().name
    second = insert([{"first_name": "Later"}])
    numbers = [int(name.rsplit("-", 1)[1]) for name in (*first, by_hand, *second)]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
