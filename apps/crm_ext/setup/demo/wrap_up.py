"""After the history: what the app's own nightly work would have found out by now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import frappe
from frappe.utils import get_datetime

from crm_ext.marketing_automation.flow import campaign_plans, harvest
from crm_ext.sales_process.flow import calibration
from crm_ext.setup.demo import offer_desk, service
from crm_ext.setup.demo.words import SALES_STAGES
from crm_ext.setup.demo.world import World, put_once

OPENING_TIME = timedelta(hours=9)
STEPS = ("opportunity", "stage", "quotation", "lost", "order")
PROCESS = "Pumps and Heating"
ACTIVITIES = (
    ("Qualification", "First call", "Call", 1),
    ("Needs Analysis", "Survey on site", "Survey", 0),
    ("Proposal/Price Quote", "Explain the quotation", "Meeting", 0),
)
CRITERIA = (
    ("Qualification", "Contact can be reached", "Yes", 0, "Required"),
    ("Needs Analysis", "Items listed", "At least", 1, "Required"),
    ("Proposal/Price Quote", "Quotations submitted", "At least", 1, "Required"),
    ("Proposal/Price Quote", "Margin", "At least", 15, "Advice"),
    ("Negotiation/Review", "Credit available", "Yes", 0, "Required"),
    ("Negotiation/Review", "Stock promised", "Yes", 0, "Advice"),
)


def run(world: World, keep: Callable[[], None]) -> None:
    """Touchpoints and origins from the history, stages on their days, plans that are over, learnt probabilities, today's offers, service."""
    _sales_process(world)
    _date_stage_history(world)
    _open_quotations()
    # The documents were last changed on their days of the story, behind what a scheduler has read meanwhile.
    harvest.run(reach_back=timedelta(days=world.story.days + 2), checkpoint=keep)
    campaign_plans.refresh_statuses()
    calibration.calibrate()
    offer_desk.create(world)
    service.create(world)


def _sales_process(world: World) -> None:
    """The house's own process comes last: the history was made before anybody asked for its criteria."""
    put_once(
        "Sales Process",
        PROCESS,
        process_name=PROCESS,
        enabled=1,
        company=world.company,
        stages=[
            {"sales_stage": stage, "probability": percent, "age_limit_days": days}
            for stage, percent, days in SALES_STAGES
        ],
        activities=[
            {"sales_stage": stage, "activity": activity, "kind": kind, "required": required}
            for stage, activity, kind, required in ACTIVITIES
        ],
        criteria=[
            {
                "sales_stage": stage,
                "fact": fact,
                "operator": operator,
                "threshold": threshold,
                "enforcement": force,
            }
            for stage, fact, operator, threshold, force in CRITERIA
        ],
    )


def _open_quotations() -> None:
    """Quotations that were inserted and submitted in one step still call themselves drafts."""
    for name in frappe.get_all(
        "Quotation", {"docstatus": 1, "status": "Draft"}, pluck="name", order_by="name"
    ):
        frappe.get_doc("Quotation", name).set_status(update=True)


def _date_stage_history(world: World) -> None:
    """Stages are clocked by the machine's clock; the story says on which days they were really passed."""
    for deal in world.story.deals:
        name = world.recall("opportunity", deal.number)
        if not name or not frappe.db.exists("Opportunity Progress", name):
            continue
        progress = frappe.get_doc("Opportunity Progress", name)
        steps = [
            deal.days[step] for step in STEPS if deal.days.get(step, world.story.days) < world.story.days
        ]
        days = [get_datetime(world.date(day)) + OPENING_TIME for day in steps]
        for number, passage in enumerate(progress.passages):
            passage.entered_on = days[min(number, len(days) - 1)]
            if passage.left_on:
                passage.left_on = days[min(number + 1, len(days) - 1)]
                passage.hours = (passage.left_on - passage.entered_on).total_seconds() / 3600
        progress.entered_on = progress.passages[-1].entered_on if progress.passages else progress.entered_on
        progress.save()
