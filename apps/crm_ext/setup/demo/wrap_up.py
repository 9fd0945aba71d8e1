"""After the history: what the app's own nightly work would have found out by now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import frappe
from frappe.utils import get_datetime

from crm_ext.marketing_automation.flow import campaign_plans, harvest
from crm_ext.sales_process.flow import calibration
from crm_ext.setup.demo.world import World

OPENING_TIME = timedelta(hours=9)
STEPS = ("opportunity", "stage", "quotation", "lost", "order")


def run(world: World, keep: Callable[[], None]) -> None:
    """Touchpoints and origins from the history, stages on their days, plans that are over, learnt probabilities."""
    _date_stage_history(world)
    harvest.run(checkpoint=keep)
    campaign_plans.refresh_statuses()
    calibration.calibrate()


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
