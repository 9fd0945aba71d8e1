"""The bulk path leaves what ERPNext's own insert leaves: every row of every table concerned, column by column."""

from __future__ import annotations

import datetime
import json

import frappe
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

TABLES = (
    "Lead",
    "Contact",
    "Contact Email",
    "Contact Phone",
    "Dynamic Link",
    "Address",
    "CRM Note",
    "Version",
    "Comment",
    "ToDo",
)
# Given by the clock or by chance; names of children and links to them are compared by position instead.
BY_CHANCE = {"creation", "modified"}
CHILDREN = ("Contact Email", "Contact Phone", "Dynamic Link", "CRM Note")

names = st.sampled_from(
    ["Sara", "sara", "SARA", "Ali Reza", "علی", "زهرا رضایی", "O'Neil", "José", "100%_sure", "Ali-1"]
)
values = st.fixed_dictionaries(
    {},
    optional={
        "salutation": st.sampled_from(["Mr", "Ms", "Dr"]),
        "first_name": names,
        "middle_name": names,
        "last_name": names,
        "lead_name": st.sampled_from(["Sara", "Maryam Sadat Hosseini", "Jane Q. Public", "Cher"]),
        "company_name": st.sampled_from(["Blue Pumps", "blue pumps", "شرکت آبی"]),
        "job_title": st.just("Buyer"),
        "gender": st.sampled_from(["Male", "Female"]),
        "phone": st.integers(21_0000_0000, 21_9999_9999).map(lambda number: f"+98{number}"),
        "mobile_no": st.integers(912_000_0000, 912_999_9999).map(lambda number: f"+98{number}"),
        "whatsapp_no": st.just("+989350000000"),
        "status": st.sampled_from(["Open", "Interested"]),
        "annual_revenue": st.floats(0, 1e9).map(lambda number: round(number, 2)),
        "qualified_on": st.dates(datetime.date(2020, 1, 1), datetime.date(2030, 1, 1)),
        "no_of_employees": st.just("11-50"),
        "territory": st.just("Rest Of The World"),
        "country": st.just("Iran"),
        "city": st.just("Tabriz"),
        "unsubscribed": st.sampled_from([0, 1]),
    },
)


def with_emails(leads):
    """Every lead gets its own e-mail or none; some are those of users."""
    return [
        {**lead, **({"email_id": f"Lead{index}@Example.com"} if index % 3 else {})}
        for index, lead in enumerate(leads)
    ]


leads_with_a_name = st.lists(
    values.filter(lambda lead: {"first_name", "lead_name", "company_name"} & set(lead)),
    min_size=1,
    max_size=8,
).map(with_emails)


def snapshot(before):
    """Everything that was added since `before`, without what is due to the clock or to chance."""
    found = {}
    for doctype in TABLES:
        rows = frappe.db.sql(f"select * from `tab{doctype}`", as_dict=True)
        added = [row for row in rows if row.name not in before[doctype]]
        for row in added:
            for column in BY_CHANCE | ({"name"} if doctype in CHILDREN or doctype == "Version" else set()):
                row.pop(column, None)
        found[doctype] = sorted(json.dumps(row, default=str, sort_keys=True) for row in added)
    found["Series"] = frappe.db.sql("select name, current from tabSeries order by name")
    return found


def names_now():
    return {doctype: set(frappe.db.sql_list(f"select name from `tab{doctype}`")) for doctype in TABLES}


def outcome_of(insert, leads):
    frappe.db.savepoint("attempt")
    before = names_now()
    frappe.flags.in_import, frappe.flags.mute_emails = True, True
    try:
        insert(leads)
        return snapshot(before)
    finally:
        frappe.flags.in_import = False
        frappe.db.rollback(save_point="attempt")
        frappe.local.document_cache = {}


def differences(made, expected):
    """(column, ours, ERPNext's) wherever a row differs; whole rows where their number does."""
    if len(made) != len(expected):
        return [("rows", made, expected)]
    return [
        (column, ours.get(column), theirs.get(column))
        for ours, theirs in zip(map(json.loads, made), map(json.loads, expected), strict=True)
        for column in {**ours, **theirs}
        if ours.get(column) != theirs.get(column)
    ]


def one_by_one(leads):
    from crm_ext.marketing_automation.flow.lead_insert import insert_one

    for lead in leads:
        insert_one(lead)


def in_bulk(leads):
    from crm_ext.marketing_automation.flow.lead_events import listeners
    from crm_ext.marketing_automation.flow.lead_insert import LeadWriter
    from crm_ext.marketing_automation.queries.lead_import import creates_contacts

    told = listeners(["first_name"], notify=False)
    assert not told.one_by_one_because
    LeadWriter(told, creates_contacts()).insert(leads)


def assert_same(leads, alone=None, together=None):
    expected, made = outcome_of(alone or one_by_one, leads), outcome_of(together or in_bulk, leads)
    assert made["Series"] == expected["Series"]
    for table in TABLES:
        assert differences(made[table], expected[table]) == [], table


@pytest.fixture
def contacts_are_made(site):
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    frappe.db.set_single_value("CRM Settings", "allow_lead_duplication_based_on_emails", 1)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leads=leads_with_a_name)
@example(
    leads=[
        {"first_name": "Sara"},
        {"first_name": "sara"},
        {"company_name": "Sara", "mobile_no": "+989121234567"},
    ]
)
@example(
    leads=[
        {"lead_name": "Maryam Sadat Hosseini", "salutation": "Ms", "email_id": "Administrator@example.com"}
    ]
)
@example(
    leads=[
        {"first_name": "Ali", "email_id": "admin@example.com"},
        {"first_name": "Ali"},
        {"first_name": "Ali-1"},
    ]
)
def test_bulk_insert_leaves_the_same_records_as_erpnext(contacts_are_made, leads):
    assert_same(leads)


def test_the_same_without_contacts(site):
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 0)
    assert_same(
        [{"first_name": "Sara", "mobile_no": "+989121234567"}, {"lead_name": "A B C", "email_id": "a@b.com"}]
    )


ADDRESSES = st.fixed_dictionaries(
    {"address_line1": st.sampled_from(["Valiasr 12", "Station Road"])},
    optional={"address_line2": st.just("2nd floor"), "pincode": st.just("19395")},
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    leads=st.lists(
        st.sampled_from(["Blue Pumps", "blue pumps", "آب و گرما", "Acme"]), min_size=1, max_size=6
    ),
    address=ADDRESSES,
)
def test_bulk_addresses_are_those_of_erpnext(contacts_are_made, leads, address):
    from crm_ext.marketing_automation.flow import lead_insert
    from crm_ext.marketing_automation.flow.lead_events import listeners

    told = listeners([], notify=False)
    assert not told.addresses_one_by_one
    place = {"city": "Tabriz", "state": "East Azerbaijan", "country": "Iran"}

    def alone(leads):
        names = [lead_insert.insert_one({"company_name": lead, **place}) for lead in leads]
        for name, lead in zip(names, leads, strict=True):
            values = {"address_title": lead, "address_type": "Office", **place, **address}
            lead_insert.insert_address(name, values)

    def together(leads):
        writer = lead_insert.LeadWriter(told, with_contacts=True)
        names = writer.insert([{"company_name": lead, **place} for lead in leads])
        writer.insert_addresses({name: address for name in names})

    assert_same(leads, alone, together)


def test_the_search_index_gets_the_same_entries(contacts_are_made):
    from crm_ext.marketing_automation.flow import lead_insert

    lead = {"first_name": "Searched", "company_name": "Blue Pumps", "email_id": "searched@example.com"}
    queue = "global_search_queue"
    waiting = frappe.cache.llen(queue)
    frappe.flags.in_import = True
    try:
        lead_insert.insert_one(lead)
    finally:
        frappe.flags.in_import = False
    erpnext = {entry_key(frappe.cache.lpop(queue)) for _entry in range(frappe.cache.llen(queue) - waiting)}
    frappe.db.rollback()
    frappe.db.set_single_value("CRM Settings", "auto_creation_of_contact", 1)
    entries = []
    original = lead_insert._search_entries

    def remember(drafts):
        entries.extend(original(drafts))
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lead_insert, "_search_entries", remember)
        in_bulk([lead])
    assert {entry_key(json.dumps(entry)) for entry in entries} == erpnext
    assert len(erpnext) == 2


def entry_key(text):
    entry = json.loads(text)
    return entry["doctype"], entry["content"], entry["title"], entry["published"]


def test_names_that_only_the_database_takes_for_the_same_are_numbered(contacts_are_made):
    """ERPNext stops at the third of these: it looks for accents that the database's collation does not see."""
    leads = [{"first_name": name} for name in ("José", "Jose", "JOSÉ", "jose")]
    before = names_now()["Contact"]
    in_bulk(leads)
    made = names_now()["Contact"] - before
    assert made == {"José", "Jose-1", "JOSÉ-2", "jose-3"}
