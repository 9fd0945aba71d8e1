"""The report Stage Durations on real stays, and the opportunities behind its figures."""

import frappe
import makers
import pipeline
from frappe.utils import add_to_date, now_datetime
from pipeline import FIRST, SECOND

from crm_ext.sales_process.report.stage_durations.stage_durations import execute


def stay(process, days, status=None):
    opportunity = pipeline.opportunity(process)
    entered = add_to_date(now_datetime(), days=-days)
    frappe.db.set_value("Stage Passage", {"parent": opportunity.name}, "entered_on", entered)
    opportunity.update({"status": status} if status else {"sales_stage": SECOND})
    opportunity.save()
    return opportunity


def filters(process, **more):
    return {"company": makers.company(), "process": process.name, **more}


def test_a_stage_shows_its_median_and_how_many_went_on():
    process = pipeline.process()
    for days in (2, 4, 12):
        stay(process, days)
    stay(process, 4, "Lost")
    _columns, rows, _message, chart = execute(filters(process))
    assert rows == [
        {"sales_stage": FIRST, "passages": 4, "median_days": 4, "ninetieth_days": 9.6, "conversion": 75}
    ]
    assert chart["data"]["labels"] == [FIRST]


def test_a_stage_opens_into_exactly_the_opportunities_that_it_counts():
    process = pipeline.process()
    made = {stay(process, 3).name, stay(process, 5).name}
    stay(pipeline.process(), 7)
    _columns, rows = execute(filters(process, sales_stage=FIRST))
    assert {row["opportunity"] for row in rows} == made
    assert {row["days"] for row in rows} == {3, 5}


def test_stays_that_ended_outside_the_period_do_not_count():
    process = pipeline.process()
    opportunity = stay(process, 3)
    frappe.db.set_value(
        "Stage Passage", {"parent": opportunity.name, "sales_stage": FIRST}, "left_on", "2020-01-02 10:00"
    )
    assert len(execute(filters(process, from_date="2020-01-01", to_date="2020-01-02"))[1]) == 1
    assert execute(filters(process, from_date="2020-01-03"))[1] == []


def test_a_seller_sees_only_the_stays_of_opportunities_that_are_theirs():
    process = pipeline.process()
    yours = stay(process, 3)
    stay(process, 5)
    seller = pipeline.user("Sales User")
    frappe.get_doc(
        {
            "doctype": "User Permission",
            "user": seller.name,
            "allow": "Customer",
            "for_value": yours.party_name,
        }
    ).insert()
    frappe.get_doc(
        {"doctype": "User Permission", "user": seller.name, "allow": "Opportunity", "for_value": yours.name}
    ).insert()
    frappe.set_user(seller.name)
    _columns, rows = execute(filters(process, sales_stage=FIRST))
    assert [row["opportunity"] for row in rows] == [yours.name]
