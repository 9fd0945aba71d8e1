"""Moves an opportunity through its process on a user's word, and says where it stands."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_datetime, getdate, now_datetime

from crm_ext.sales_process.flow import definitions, facts, guard
from crm_ext.sales_process.flow.sentences import judgement_sentence, spelled_reason
from crm_ext.sales_process.queries import facts as fact_queries
from crm_ext.sales_process.queries import progress as progress_queries
from crm_ext.sales_process.rules.facts import Fix, Judgement, judge, needs_of
from crm_ext.sales_process.rules.moves import SETTLED
from crm_ext.sales_process.rules.passages import days_in_stage, is_over_limit, is_overdue
from crm_ext.sales_process.rules.processes import Activity, Process, Stage


def move(opportunity: Document, stage: str, reason: str = "") -> dict:
    """Bring an opportunity to a stage of its process: {"moved": True}, or why not.

    Where criteria stand in the way, {"moved": False, "obstacles": sentences, "can_override": whether the user may give
    a reason}. With a reason, a user of the override role goes on all the same and the history keeps both.
    """
    process = definitions.process_for(opportunity.opportunity_type, opportunity.company)
    if process is None or process.position(stage) is None:
        frappe.throw(
            _(
                "{0} is not a stage of this opportunity's sales process. Reload the page to see the present stages."
            ).format(_(stage))
        )
    verdict = guard.verdict_on(opportunity, process, opportunity.sales_stage, stage)
    overridden = bool(reason.strip()) and guard.may_override()
    if not verdict.allowed and not overridden:
        return {
            "moved": False,
            "obstacles": guard.obstacles(opportunity, verdict),
            "can_override": guard.may_override(),
        }
    opportunity.sales_stage = stage
    opportunity.flags.stage_override = reason
    opportunity.save()
    return {"moved": True}


def state(opportunity: Document) -> dict:
    """Everything the stepper shows: stages, activities and criteria of the present stage, next step, history."""
    process = definitions.process_for(opportunity.opportunity_type, opportunity.company)
    if process is None:
        return {"process": None}
    progress = progress_queries.document(opportunity.name)
    here = process.stage(opportunity.sales_stage)
    return {
        "process": process.name,
        "settled": opportunity.status in SETTLED,
        "can_override": guard.may_override(),
        "stages": [_stage(stage) for stage in process.stages],
        "current": opportunity.sales_stage,
        "next": _name(process.neighbour(opportunity.sales_stage, 1)),
        "previous": _name(process.neighbour(opportunity.sales_stage, -1)),
        "next_step": _next_step(progress),
        "history": _history(progress),
        **_age(here, progress, opportunity, now_datetime()),
        **_requirements(opportunity, process, here, progress),
    }


def _name(stage: Stage | None) -> str | None:
    return stage.name if stage else None


def _stage(stage: Stage) -> dict:
    return {"stage": stage.name, "probability": float(stage.best_probability), "guidance": stage.guidance}


def _age(here: Stage | None, progress: Document | None, opportunity: Document, now: datetime) -> dict:
    entered = get_datetime((progress and progress.entered_on) or opportunity.creation)
    days, limit = days_in_stage(entered, now), here.age_limit_days if here else None
    return {"age_days": days, "age_limit_days": limit, "over_limit": is_over_limit(days, limit)}


def _requirements(
    opportunity: Document, process: Process, here: Stage | None, progress: Document | None
) -> dict:
    """What is to be done in the present stage, and what must hold before it is left."""
    if here is None:
        return {"activities": [], "criteria": [], "ready": True}
    ticked = {(row.sales_stage, row.activity): row for row in progress.activities} if progress else {}
    activities = [activity for activity in process.activities if activity.stage == here.name]
    criteria = tuple(criterion for criterion in process.criteria if criterion.stage == here.name)
    known = facts.gather(opportunity, needs_of(criteria), ticked.keys())
    judgements = [(judge(criterion, known), criterion) for criterion in criteria]
    currency = fact_queries.company_currency(opportunity.company)
    return {
        "activities": [
            _activity(activity, ticked.get((here.name, activity.name))) for activity in activities
        ],
        "criteria": [
            {
                "sentence": judgement_sentence(judgement, currency),
                "met": judgement.met,
                "required": judgement.required,
                "fix": _fix(judgement, criterion.activity, known.customer),
            }
            for judgement, criterion in judgements
        ],
        "ready": all(judgement.met or not judgement.required for judgement, _criterion in judgements)
        and all((here.name, one.name) in ticked for one in activities if one.required),
    }


def _activity(activity: Activity, ticked: Document | None) -> dict:
    return {
        "activity": activity.name,
        "kind": activity.kind,
        "required": activity.required,
        "done": ticked is not None,
        "done_by": ticked and frappe.utils.get_fullname(ticked.done_by),
        "done_on": ticked and str(ticked.done_on),
        "note": ticked and ticked.note,
    }


def _fix(judgement: Judgement, activity: str, customer: str | None) -> dict | None:
    """Where an unmet criterion is put right; a document only where there is one."""
    fix: Fix | None = judgement.fix
    if judgement.met or fix is None:
        return None
    if fix.kind == "document":
        return {"kind": "document", "doctype": fix.target, "name": customer} if customer else None
    return {"kind": fix.kind, "target": activity if fix.kind == "activity" else fix.target}


def _next_step(progress: Document | None) -> dict | None:
    if progress is None or not progress.next_step:
        return None
    day = getdate(progress.next_step_date) if progress.next_step_date else None
    return {
        "step": progress.next_step,
        "date": str(day) if day else None,
        "owner": progress.next_step_owner,
        "overdue": is_overdue(day, getdate()),
        "task": progress.next_step_todo,
        "event": progress.next_step_event,
    }


def _history(progress: Document | None) -> list[dict]:
    """Stays, the latest first."""
    rows = reversed(progress.passages) if progress else []
    return [
        {
            "stage": row.sales_stage,
            "entered_on": str(row.entered_on),
            "left_on": row.left_on and str(row.left_on),
            "hours": row.hours,
            "outcome": row.outcome,
            "entry": row.entry,
            "moved_by": row.moved_by and frappe.utils.get_fullname(row.moved_by),
            "probability": row.probability,
            "reason": spelled_reason(row.reason),
        }
        for row in rows
    ]
