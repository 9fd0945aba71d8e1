"""Amendments of real quotations: what each one changed, who did it and why, and two of them side by side."""

from __future__ import annotations

import frappe
import makers
import offers
import pytest

from crm_ext.api import revisions as api
from crm_ext.offer_desk.flow import revisions


@pytest.fixture
def offer(site):
    for code, price in (("Pump R", 1000), ("Gauge R", 120), ("Seal R", 15)):
        offers.priced_item(code, price)
    customer = makers.customer("Revision Customer")
    return offers.quotation(customer, [{"item_code": "Pump R"}, {"item_code": "Seal R", "qty": 4}]).submit()


def changed(offer):
    revision = offers.amended(offer)
    revision.items[0].qty = 2
    revision.remove(revision.items[1])
    revision.append("quotation_options", {"item_code": "Gauge R", "qty": 1})
    revision.terms = "<p>Ex works</p>"
    return revision.insert()


def recorded(quotation):
    return frappe.get_doc("Quotation Revision", {"quotation": quotation.name})


def test_an_amendment_is_recorded_change_by_change(offer):
    record = recorded(changed(offer))
    assert {(row.part, row.kind, row.subject): row.amount_difference for row in record.changes} == {
        ("Line", "Changed", "Pump R"): 1000,
        ("Line", "Removed", "Seal R"): -60,
        ("Option", "Added", "Gauge R"): 120,
        ("Offer", "Changed", "Term Details"): 0,
    }
    assert (record.total_before, record.total_after, record.submitted) == (1060, 2000, 0)
    assert {row.changed_by for row in record.changes} == {"Administrator"}


def test_a_reason_stays_with_its_change_and_goes_with_it(offer):
    revision = changed(offer)
    rows = {row.subject: row.name for row in recorded(revision).changes}
    revisions.give_reasons(revision.name, {rows["Pump R"]: "Second hall", rows["Seal R"]: "Has enough"})
    revision.items[0].qty = 3
    revision.save()
    assert {row.subject: row.reason for row in recorded(revision).changes} == {
        "Pump R": None,
        "Seal R": "Has enough",
        "Gauge R": None,
        "Term Details": None,
    }


def test_where_reasons_are_mandatory_an_amendment_waits_for_them(offer):
    frappe.db.set_single_value("Offer Desk Settings", "reason_for_changes", 1)
    revision = changed(offer)
    with pytest.raises(frappe.ValidationError, match=r"Say why.*Pump R"):
        revision.submit()
    revision.reload()
    revisions.give_reasons(revision.name, {row.name: "Asked for" for row in recorded(revision).changes})
    revision.submit()
    assert recorded(revision).submitted


def test_two_revisions_stand_side_by_side_with_the_reasons_on_the_way(offer):
    second = changed(offer)
    rows = {row.subject: row.name for row in recorded(second).changes}
    revisions.give_reasons(second.name, {rows["Pump R"]: "Second hall"})
    second.submit()
    third = offers.amended(second)
    third.items[0].qty = 1
    third.insert()
    seen = revisions.compare(third.name, offer.name)
    lines = {row["subject"]: row for row in seen["rows"] if row["part"] == "Line"}
    assert seen["first"]["name"] == offer.name and seen["difference"] == -60
    assert lines["Pump R"]["kind"] == "" and lines["Seal R"]["kind"] == "Removed"
    assert [given["reason"] for given in lines["Pump R"]["reasons"]] == ["Second hall"]


def test_the_submitted_revision_takes_the_place_of_all_before_it(offer):
    second = changed(offer)
    assert revisions.current_of(offer.name) is None
    second.submit()
    third = offers.amended(second).insert().submit()
    assert revisions.current_of(offer.name) == revisions.current_of(second.name) == third.name
    assert revisions.current_of(third.name) is None


def test_a_deleted_amendment_takes_its_record_along(offer):
    revision = changed(offer)
    revision.delete()
    assert not frappe.db.exists("Quotation Revision", {"quotation": revision.name})


def test_who_may_not_read_the_quotation_sees_no_revision(offer):
    revision = changed(offer)
    makers.user("nobody-r@example.com", "Stock User")
    frappe.set_user("nobody-r@example.com")
    for call in (
        lambda: api.chain(offer.name),
        lambda: api.compare(offer.name, revision.name),
        lambda: api.chain("?"),
    ):
        with pytest.raises(frappe.PermissionError):
            call()


def test_a_quotation_that_amends_nothing_costs_no_query(offer, monkeypatch):
    asked = []
    monkeypatch.setattr(frappe.db, "sql", lambda *args, **kwargs: asked.append(args))
    for step in (revisions.record, revisions.require_reasons, revisions.forget):
        step(offer)
    assert not asked
