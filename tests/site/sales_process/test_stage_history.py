"""The history of stages: complete whatever way the stage was changed, and gone with its opportunity."""

import frappe
import pipeline
from counting import queries_of
from frappe.utils import add_to_date, get_datetime, now_datetime
from pipeline import FIRST, SECOND, THIRD

from crm_ext.sales_process.flow import definitions
from crm_ext.sales_process.flow.reconciliation import reconcile


def test_each_stay_has_its_length_and_how_it_ended():
    opportunity = pipeline.opportunity(pipeline.process())
    entered = add_to_date(now_datetime(), hours=-30)
    frappe.db.set_value("Stage Passage", {"parent": opportunity.name}, "entered_on", entered)
    opportunity.sales_stage = SECOND
    opportunity.save()
    first, second = pipeline.history(opportunity)
    assert (first.sales_stage, first.outcome, round(first.hours)) == (FIRST, "Forward", 30)
    assert (second.sales_stage, second.left_on, second.probability) == (SECOND, None, 40)
    assert second.moved_by == "Administrator"


def test_a_direct_write_through_the_document_is_recorded_at_once():
    opportunity = pipeline.opportunity(pipeline.process())
    opportunity.db_set("sales_stage", SECOND)
    last = pipeline.history(opportunity)[-1]
    assert (last.sales_stage, last.reason) == (SECOND, "not checked: written directly")


def test_a_direct_write_to_the_table_is_found_by_the_daily_job_and_only_once():
    opportunity = pipeline.opportunity(pipeline.process())
    frappe.db.set_value("Opportunity", opportunity.name, "sales_stage", THIRD)
    reconcile()
    first, second = pipeline.history(opportunity)
    assert first.outcome == "Forward" and first.left_on
    assert (second.sales_stage, second.left_on) == (THIRD, None)
    assert frappe.db.get_value("Opportunity Progress", opportunity.name, "sales_stage") == THIRD
    assert reconcile() == 0


def test_a_stage_that_was_cleared_in_the_form_leaves_nothing_to_the_daily_job():
    opportunity = pipeline.opportunity(pipeline.process())
    reconcile()
    opportunity.sales_stage = ""
    opportunity.save()
    assert pipeline.history(opportunity)[-1].left_on
    assert reconcile() == 0


def test_a_direct_end_is_found_by_the_daily_job():
    opportunity = pipeline.opportunity(pipeline.process())
    frappe.db.set_value("Opportunity", opportunity.name, "status", "Converted")
    reconcile()
    (only,) = pipeline.history(opportunity)
    assert only.outcome == "Won" and only.left_on


def test_an_opportunity_older_than_the_app_gets_its_record_by_the_daily_job():
    opportunity = pipeline.opportunity(pipeline.process())
    frappe.db.delete("Opportunity Progress", {"name": opportunity.name})
    frappe.db.delete("Stage Passage", {"parent": opportunity.name})
    reconcile()
    (only,) = pipeline.history(opportunity)
    assert (only.sales_stage, only.entry) == (FIRST, "Not checked")
    assert get_datetime(only.entered_on) == get_datetime(opportunity.creation)


def test_the_number_of_queries_of_the_daily_job_does_not_grow_with_the_opportunities():
    process = pipeline.process()
    reconcile()

    def drift(count):
        for _number in range(count):
            made = pipeline.opportunity(process)
            frappe.db.set_value("Opportunity", made.name, "sales_stage", SECOND)
        return queries_of(reconcile)

    drift(1)  # Warms the caches of definitions.
    assert drift(12) <= drift(2)


def test_reopening_starts_a_new_stay():
    opportunity = pipeline.opportunity(pipeline.process())
    opportunity.status = "Closed"
    opportunity.save()
    opportunity.status = "Open"
    opportunity.save()
    first, second = pipeline.history(opportunity)
    assert first.outcome == "Closed" and second.left_on is None and second.sales_stage == FIRST


def test_the_record_goes_with_its_opportunity():
    opportunity = pipeline.opportunity(pipeline.process())
    opportunity.delete()
    assert not frappe.db.exists("Opportunity Progress", opportunity.name)
    assert not frappe.db.exists("Stage Passage", {"parent": opportunity.name})


def test_the_record_follows_a_new_name():
    opportunity = pipeline.opportunity(pipeline.process())
    new = f"{opportunity.name}-renamed"
    frappe.rename_doc("Opportunity", opportunity.name, new, force=True)
    assert frappe.db.get_value("Opportunity Progress", new, "opportunity") == new
    assert not frappe.db.exists("Opportunity Progress", opportunity.name)


def test_the_first_process_of_a_site_runs_over_its_stages_in_their_order_for_every_company():
    for name in frappe.get_all("Sales Process", pluck="name"):
        frappe.delete_doc("Sales Process", name, force=True)
    definitions.create_default()
    definitions.create_default()
    (name,) = frappe.get_all("Sales Process", pluck="name")
    made = frappe.get_doc("Sales Process", name)
    probabilities = [row.probability for row in made.stages]
    assert not made.company and not made.opportunity_type and made.enabled
    assert [row.sales_stage for row in made.stages] == frappe.get_all(
        "Sales Stage", pluck="name", order_by="creation asc, name asc"
    )
    assert probabilities == sorted(set(probabilities)) and 0 < probabilities[0] <= probabilities[-1] < 100
