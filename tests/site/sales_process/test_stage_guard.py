"""The guard on the stage of an opportunity, on real documents."""

import frappe
import pipeline
import pytest
from counting import statements_of
from pipeline import FIRST, SECOND, THIRD, criterion


@pytest.fixture
def closing_date_needed():
    return pipeline.process(criteria=[criterion("Expected closing date set"), criterion("Competitor known")])


def test_advancing_past_unmet_criteria_is_refused_by_a_sentence_that_names_each(closing_date_needed):
    opportunity = pipeline.opportunity(closing_date_needed)
    opportunity.sales_stage = SECOND
    with pytest.raises(frappe.ValidationError) as refused:
        opportunity.save()
    assert "No expected closing date is set" in str(refused.value)
    assert "No competitor is named" in str(refused.value)
    assert "Sales Manager" in str(refused.value)
    assert frappe.db.get_value("Opportunity", opportunity.name, "sales_stage") == FIRST


def test_advancing_is_free_once_the_criteria_are_met_in_the_same_save():
    process = pipeline.process(criteria=[criterion("Expected closing date set")])
    opportunity = pipeline.opportunity(process)
    opportunity.update({"sales_stage": SECOND, "expected_closing": frappe.utils.nowdate()})
    opportunity.save()
    assert pipeline.history(opportunity)[-1].entry == "Checked"


def test_advice_never_refuses():
    process = pipeline.process(criteria=[criterion("Competitor known", enforcement="Advice")])
    opportunity = pipeline.opportunity(process)
    opportunity.sales_stage = SECOND
    opportunity.save()
    assert opportunity.sales_stage == SECOND


def test_going_back_is_never_refused(closing_date_needed):
    opportunity = pipeline.opportunity(closing_date_needed, sales_stage=THIRD)
    opportunity.sales_stage = FIRST
    opportunity.save()
    first, second = pipeline.history(opportunity)
    assert first.outcome == "Back" and not second.left_on


@pytest.mark.parametrize("flag", ["in_import", "in_migrate", "in_patch"])
def test_imports_and_migrations_pass_and_are_recorded_as_not_checked(closing_date_needed, flag):
    opportunity = pipeline.opportunity(closing_date_needed)
    frappe.flags[flag] = True
    try:
        opportunity.sales_stage = THIRD
        opportunity.save()
    finally:
        frappe.flags[flag] = False
    passage = pipeline.history(opportunity)[-1]
    expected = "import" if flag == "in_import" else "migration"
    assert (passage.sales_stage, passage.entry, passage.reason) == (
        THIRD,
        "Not checked",
        f"not checked: {expected}",
    )


def test_background_work_passes_and_is_recorded_as_not_checked(closing_date_needed):
    opportunity = pipeline.opportunity(closing_date_needed)
    frappe.local.job = frappe._dict(method="nightly")
    try:
        opportunity.sales_stage = SECOND
        opportunity.save()
    finally:
        del frappe.local.job
    assert pipeline.history(opportunity)[-1].reason == "not checked: background job"


def test_an_amendment_starts_in_any_stage(closing_date_needed):
    first = pipeline.opportunity(closing_date_needed)
    frappe.db.set_value("Opportunity", first.name, "docstatus", 2)
    amended = frappe.copy_doc(first)
    amended.update({"amended_from": first.name, "sales_stage": THIRD})
    amended.insert()
    assert pipeline.history(amended)[-1].reason == "not checked: amendment"


@pytest.mark.parametrize("status", ["Lost", "Closed"])
def test_decided_opportunities_are_not_held_up(closing_date_needed, status):
    opportunity = pipeline.opportunity(closing_date_needed)
    opportunity.update({"status": status, "sales_stage": SECOND})
    opportunity.save()
    passages = pipeline.history(opportunity)
    assert len(passages) == 1 and passages[0].left_on and passages[0].outcome == status


def test_the_auto_close_of_erpnext_passes_with_criteria_unmet(closing_date_needed):
    opportunity = pipeline.opportunity(closing_date_needed, status="Replied")
    opportunity.db_set("modified", frappe.utils.add_days(frappe.utils.now(), -400), update_modified=False)
    frappe.get_attr("erpnext.crm.doctype.opportunity.opportunity.auto_close_opportunity")()
    assert frappe.db.get_value("Opportunity", opportunity.name, "status") == "Closed"


def test_ignoring_validation_passes_and_is_recorded(closing_date_needed):
    opportunity = pipeline.opportunity(closing_date_needed)
    opportunity.sales_stage = SECOND
    opportunity.flags.ignore_validate = True
    opportunity.save()
    assert pipeline.history(opportunity)[-1].entry == "Not checked"


def test_an_opportunity_without_a_process_is_free():
    process = pipeline.process(criteria=[criterion("Competitor known")])
    opportunity = pipeline.opportunity(process)
    frappe.db.set_value("Sales Process", process.name, "enabled", 0)
    frappe.db.set_value("Sales Process", {"enabled": 1}, "enabled", 0)
    opportunity.sales_stage = SECOND
    opportunity.save()
    assert pipeline.history(opportunity)[-1].reason == "not checked: no process"


def test_the_stage_sets_the_probability_unless_it_is_typed_in_the_same_save():
    opportunity = pipeline.opportunity(pipeline.process())
    assert opportunity.probability == 10
    opportunity.sales_stage = SECOND
    opportunity.save()
    assert opportunity.probability == 40
    opportunity.update({"sales_stage": THIRD, "probability": 95})
    opportunity.save()
    assert opportunity.probability == 95


def test_a_probability_typed_at_the_start_is_kept():
    assert pipeline.opportunity(pipeline.process(), probability=33).probability == 33


def test_a_required_activity_holds_until_it_is_ticked_off():
    from crm_ext.sales_process.flow import progress

    process = pipeline.process(
        activities=[{"sales_stage": FIRST, "activity": "Site survey", "kind": "Survey", "required": 1}]
    )
    opportunity = pipeline.opportunity(process)
    opportunity.sales_stage = SECOND
    with pytest.raises(frappe.ValidationError, match="Site survey"):
        opportunity.save()
    opportunity.reload()
    progress.set_activity(opportunity, FIRST, "Site survey", True)
    progress.set_activity(opportunity, FIRST, "Site survey", True)
    assert len(frappe.get_doc("Opportunity Progress", opportunity.name).activities) == 1
    opportunity.sales_stage = SECOND
    opportunity.save()
    assert opportunity.sales_stage == SECOND


def test_a_second_enabled_process_of_the_same_type_is_refused(closing_date_needed):
    copy = frappe.copy_doc(closing_date_needed)
    copy.process_name = "Another"
    with pytest.raises(frappe.ValidationError, match=closing_date_needed.name):
        copy.insert()
    copy.enabled = 0
    copy.insert()


def test_saving_an_opportunity_whose_stage_stays_costs_one_query():
    opportunity = pipeline.opportunity(pipeline.process(criteria=[criterion("Credit available")]))
    opportunity.save()
    opportunity.title = "Another title"
    sent = statements_of(opportunity.save)
    ours = [query for query in sent if "Progress" in query or "Passage" in query or "Sales Process" in query]
    assert len(ours) == 1, ours


def test_other_documents_cost_nothing():
    customer = pipeline.customer()
    customer.customer_details = "Pays in time"
    sent = statements_of(customer.save)
    assert not [query for query in sent if "Progress" in query or "Sales Process" in query]
