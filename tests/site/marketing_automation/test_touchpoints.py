"""Touchpoints on a real site: one row whichever way it is written, once only, and never changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import frappe
import makers
import pytest

from crm_ext.marketing_automation.flow import touchpoints
from crm_ext.marketing_automation.rules.touchpoints import Touch

MOMENT = datetime(2026, 3, 21, 10, 0)


def touch(lead, **values):
    return Touch(MOMENT, "Email", "Sent", "Outbound", lead=lead.name, **values)


def row(name):
    found = frappe.db.sql("SELECT * FROM `tabTouchpoint` WHERE name = %s", name, as_dict=True)[0]
    return {field: value for field, value in found.items() if field not in ("creation", "modified")}


def test_the_bulk_path_leaves_the_same_row_as_inserting_the_document():
    frappe.db.set_value("Marketing Channel", "Email", "cost_per_touch", 1.25)
    lead, campaign = makers.lead(), makers.campaign("Parity")
    letter = makers.letter(lead)
    written = touch(
        lead,
        campaign=campaign.name,
        reference_doctype="Communication",
        reference_name=letter.name,
        utm_source="x",
    )
    touchpoints.record([written])
    by_bulk = row(written.key)
    frappe.db.delete("Touchpoint", {"name": written.key})
    values = {field: getattr(written, field) for field in touchpoints.TOUCH_FIELDS if getattr(written, field)}
    document = frappe.get_doc({"doctype": "Touchpoint", **values}).insert()
    assert document.name == written.key
    assert row(written.key) == by_bulk
    assert by_bulk["cost"] == Decimal("1.25") and by_bulk["company"] == makers.company()


def test_only_new_touches_are_counted_and_a_second_run_changes_nothing():
    lead = makers.lead()
    touches = [replace(touch(lead), occurred_at=MOMENT + timedelta(minutes=i)) for i in range(2500)]
    assert touchpoints.record(touches[:1500] + touches[:10]) == 1500
    assert touchpoints.record(touches) == 1000
    assert touchpoints.record(touches) == 0
    assert frappe.db.count("Touchpoint", {"lead": lead.name}) == 2500


def test_the_number_of_queries_grows_by_one_for_a_thousand_touches(monkeypatch):
    lead = makers.lead()
    statements = []
    original = frappe.db.sql
    monkeypatch.setattr(
        frappe.db, "sql", lambda *args, **kwargs: (statements.append(args[0]), original(*args, **kwargs))[1]
    )

    def queries_for(count):
        statements.clear()
        touchpoints.record(
            replace(touch(lead), occurred_at=MOMENT + timedelta(days=count, minutes=i)) for i in range(count)
        )
        return len(statements)

    queries_for(1)
    assert queries_for(1000) == queries_for(2)
    assert queries_for(3000) == queries_for(2) + 2


def test_a_recorded_touchpoint_cannot_be_changed():
    lead = makers.lead()
    touchpoints.record([touch(lead)])
    document = frappe.get_doc("Touchpoint", touch(lead).key)
    document.direction = "Inbound"
    with pytest.raises(frappe.ValidationError, match="never changed"):
        document.save()


@pytest.mark.parametrize("role", ["Sales User", "Sales Manager", "Marketing Head"])
def test_nobody_but_a_system_manager_deletes_touchpoints(role):
    lead = makers.lead()
    touchpoints.record([touch(lead)])
    person = makers.user(f"{role.replace(' ', '.').lower()}@touch.example", role)
    frappe.set_user(person.name)
    with pytest.raises(frappe.PermissionError):
        frappe.delete_doc("Touchpoint", touch(lead).key)
    with pytest.raises(frappe.PermissionError):
        frappe.get_doc("Touchpoint", touch(lead).key).run_method("on_trash")
    frappe.set_user("Administrator")
    frappe.delete_doc("Touchpoint", touch(lead).key)
    assert not frappe.db.exists("Touchpoint", touch(lead).key)


def test_an_outsider_reads_no_touchpoints():
    touchpoints.record([touch(makers.lead())])
    person = makers.user("stock@touch.example", "Stock User")
    frappe.set_user(person.name)
    with pytest.raises(frappe.PermissionError):
        frappe.get_list("Touchpoint", order_by="name")


def test_a_touch_without_a_party_is_refused_with_a_sentence_that_says_what_to_do():
    with pytest.raises(frappe.ValidationError, match="Choose the lead, contact or customer"):
        touchpoints.record([Touch(MOMENT, "Email")])
    with pytest.raises(frappe.ValidationError, match="There is no Marketing Channel Pigeon"):
        touchpoints.record([Touch(MOMENT, "Pigeon", lead="L")])


def test_a_channel_that_is_switched_off_records_nothing_new():
    lead = makers.lead()
    frappe.db.set_value("Marketing Channel", "Email", "enabled", 0)
    assert touchpoints.record([touch(lead)]) == 0
    with pytest.raises(frappe.ValidationError, match="switched off"):
        frappe.get_doc(
            {"doctype": "Touchpoint", "occurred_at": MOMENT, "channel": "Email", "activity": "Sent",
             "direction": "Outbound", "lead": lead.name}
        ).insert()  # fmt: skip


def test_the_cost_is_kept_in_the_currency_of_the_company():
    company = makers.company()
    currency = frappe.db.get_value("Company", company, "default_currency")
    frappe.get_doc(
        {"doctype": "Currency Exchange", "from_currency": "EUR", "to_currency": currency, "exchange_rate": 1.5,
         "date": "2026-01-01"}
    ).insert()  # fmt: skip
    frappe.db.set_value("Marketing Channel", "Email", {"cost_per_touch": 2, "currency": "EUR"})
    lead = makers.lead()
    touchpoints.record([touch(lead), replace(touch(lead), activity="Opened", direction="Inbound")])
    assert frappe.db.get_value("Touchpoint", touch(lead).key, "cost") == 3
    assert frappe.db.get_value("Touchpoint", {"lead": lead.name, "activity": "Opened"}, "cost") == 0


def test_the_standard_channels_stay_and_say_so():
    with pytest.raises(frappe.LinkExistsError, match="Switch it off"):
        frappe.delete_doc("Marketing Channel", "Email")


def test_deleting_a_lead_takes_its_touches_along_and_leaves_those_of_others():
    lead = makers.lead()
    customer = makers.customer("Kept Customer")
    touchpoints.record([touch(lead), replace(touch(lead), activity="Opened", customer=customer.name)])
    frappe.delete_doc("Lead", lead.name)
    left = frappe.get_all("Touchpoint", {"customer": customer.name}, ["lead", "activity"], order_by="name")
    assert left == [{"lead": None, "activity": "Opened"}]
    assert not frappe.db.exists("Touchpoint", touch(lead).key)


def test_a_campaign_that_touches_tell_of_cannot_be_deleted_but_a_fresh_one_can():
    campaign, fresh = makers.campaign("Told"), makers.campaign("Fresh")
    touchpoints.record([touch(makers.lead(), campaign=campaign.name)])
    with pytest.raises(frappe.LinkExistsError, match="cannot be deleted"):
        frappe.delete_doc("Campaign", campaign.name)
    frappe.delete_doc("Campaign", fresh.name)
    assert not frappe.db.exists("Campaign", fresh.name)


def test_renaming_a_campaign_carries_its_touches_along():
    campaign, lead = makers.campaign("Old Name"), makers.lead()
    touchpoints.record([touch(lead, campaign=campaign.name)])
    frappe.rename_doc("Campaign", campaign.name, "New Name Of It")
    assert frappe.db.get_value("Touchpoint", {"lead": lead.name}, "campaign") == "New Name Of It"
