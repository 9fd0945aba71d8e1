"""Probabilities calibrated from real invoices."""

import frappe
import makers
import pipeline
from counting import queries_of
from pipeline import FIRST, SECOND, THIRD, line

from crm_ext.sales_process.flow import calibration


def observed(process):
    """(calibrated probability, observations) by stage after a run of the nightly job."""
    calibration.calibrate()
    return {
        row.sales_stage: (row.calibrated_probability, row.observations)
        for row in frappe.get_doc("Sales Process", process.name).stages
    }


def test_an_invoice_along_quotation_and_order_is_a_win_in_every_stage_that_was_passed():
    process = pipeline.process(prior_weight=1)
    opportunity = pipeline.opportunity(process, items=[line(pipeline.item())])
    opportunity.sales_stage = SECOND
    opportunity.save()
    order = pipeline.order(pipeline.quotation(opportunity))
    assert observed(process)[FIRST] == (10, 0), "an order alone decides nothing"
    pipeline.invoice(order)
    assert observed(process) == {FIRST: (55, 1), SECOND: (70, 1), THIRD: (70, 0)}


def test_a_cancelled_invoice_is_no_win():
    process = pipeline.process(prior_weight=1)
    opportunity = pipeline.opportunity(process, items=[line(pipeline.item())])
    invoice = pipeline.invoice(pipeline.order(pipeline.quotation(opportunity)))
    invoice.cancel()
    assert observed(process)[FIRST] == (10, 0)


def test_a_quotation_without_items_of_the_opportunity_still_leads_to_the_invoice():
    process = pipeline.process(prior_weight=1)
    opportunity = pipeline.opportunity(process)
    quotation = frappe.get_attr("erpnext.crm.doctype.opportunity.opportunity.make_quotation")(
        opportunity.name
    )
    quotation.items = []
    quotation.append("items", line(pipeline.item()))
    quotation.insert().submit()
    pipeline.invoice(pipeline.order(quotation))
    assert observed(process)[FIRST] == (55, 1)


def test_a_direct_invoice_of_the_item_to_the_customer_is_a_win():
    process = pipeline.process(prior_weight=1)
    item = pipeline.item()
    opportunity = pipeline.opportunity(process, items=[line(item)])
    makers.sales_invoice(opportunity.party_name, pipeline.item().name)
    assert observed(process)[FIRST] == (10, 0), "another item is another deal"
    makers.sales_invoice(opportunity.party_name, item.name)
    assert observed(process)[FIRST] == (55, 1)


def test_an_order_with_an_empty_quotation_is_a_direct_one():
    process = pipeline.process(prior_weight=1)
    item = pipeline.item()
    opportunity = pipeline.opportunity(process, items=[line(item)])
    order = frappe.get_doc(
        {
            "doctype": "Sales Order",
            "customer": opportunity.party_name,
            "company": opportunity.company,
            "delivery_date": frappe.utils.nowdate(),
            "items": [{"item_code": item.name, "qty": 1, "rate": 100, "prevdoc_docname": ""}],
        }
    ).insert()
    pipeline.invoice(order.submit())
    assert observed(process)[FIRST] == (55, 1)


def test_the_invoice_of_another_opportunity_is_no_win():
    process = pipeline.process(prior_weight=1)
    item = pipeline.item()
    opportunity = pipeline.opportunity(process, items=[line(item)])
    other = pipeline.opportunity(pipeline.process(), items=[line(item)], party_name=opportunity.party_name)
    pipeline.invoice(pipeline.order(pipeline.quotation(other)))
    assert observed(process)[FIRST] == (10, 0)


def test_lost_ones_and_those_beyond_the_horizon_count_against():
    process = pipeline.process(prior_weight=1, horizon_days=30)
    lost = pipeline.opportunity(process)
    lost.status = "Lost"
    lost.save()
    pipeline.opportunity(process, transaction_date=frappe.utils.add_days(frappe.utils.nowdate(), -31))
    pipeline.opportunity(process)
    assert observed(process)[FIRST] == (3.33, 2)


def test_passing_a_stage_twice_counts_once():
    process = pipeline.process(prior_weight=1)
    opportunity = pipeline.opportunity(process)
    for stage in (SECOND, FIRST, SECOND):
        opportunity.sales_stage = stage
        opportunity.save()
    opportunity.status = "Lost"
    opportunity.save()
    assert observed(process)[SECOND] == (20, 1)


def test_a_new_opportunity_gets_the_calibrated_probability():
    process = pipeline.process(prior_weight=1)
    pipeline.invoice(
        pipeline.order(pipeline.quotation(pipeline.opportunity(process, items=[line(pipeline.item())])))
    )
    calibration.calibrate()
    assert pipeline.opportunity(process).probability == 55


def test_a_second_run_changes_nothing_and_the_number_of_queries_does_not_grow():
    process = pipeline.process()
    for _number in range(5):
        lost = pipeline.opportunity(process)
        lost.status = "Lost"
        lost.save()
    calibration.calibrate()
    assert calibration.calibrate() == 0
    before = queries_of(calibration.calibrate)
    for _number in range(5):
        pipeline.opportunity(process)
    assert queries_of(calibration.calibrate) <= before
