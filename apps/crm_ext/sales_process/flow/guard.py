"""Stands at the door when an opportunity is saved: may it change its stage?"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from crm_ext.sales_process.flow import definitions, facts
from crm_ext.sales_process.flow.sentences import activity_sentence, judgement_sentence
from crm_ext.sales_process.queries import facts as fact_queries
from crm_ext.sales_process.queries import progress as progress_queries
from crm_ext.sales_process.rules.facts import needs_of
from crm_ext.sales_process.rules.moves import SETTLED, Verdict, criteria_on_the_way, weigh
from crm_ext.sales_process.rules.processes import Process

OVERRIDE_ROLE = "Sales Manager"


@dataclass(frozen=True)
class Entry:
    """How a stage was entered, for the history. reason: an English source text or a manager's own words."""

    entry: str
    reason: str = ""


def check(opportunity: Document) -> None:
    """Refuse an advance whose required criteria are unmet; set the probability of the stage that is entered.

    Costs nothing where the stage does not change. Imports, migrations, amendments, background work and decided
    opportunities are never held up.
    """
    opportunity.flags.pop("stage_entry", None)
    if not opportunity.sales_stage or not opportunity.has_value_changed("sales_stage"):
        return
    if unchecked := _why_unchecked(opportunity):
        opportunity.flags.stage_entry = Entry("Not checked", unchecked)
        return
    process = definitions.process_for(opportunity.opportunity_type, opportunity.company)
    if process is None:
        opportunity.flags.stage_entry = Entry("Not checked", "not checked: no process")
        return
    opportunity.flags.stage_entry = _admit(opportunity, process)
    _set_probability(opportunity, process)


def verdict_on(opportunity: Document, process: Process, here: str | None, there: str | None) -> Verdict:
    """Weigh a move on the facts as they are now."""
    if process.direction(here, there) != "forward":
        return Verdict()
    done = progress_queries.done_activities(opportunity.name)
    needs = needs_of(criteria_on_the_way(process, here, there))
    return weigh(process, here, there, facts.gather(opportunity, needs, done), done)


def obstacles(opportunity: Document, verdict: Verdict) -> list[str]:
    """What stands in the way, one sentence each."""
    currency = fact_queries.company_currency(opportunity.company)
    return [judgement_sentence(judgement, currency) for judgement in verdict.unmet] + [
        activity_sentence(activity) for activity in verdict.open_activities
    ]


def may_override() -> bool:
    return OVERRIDE_ROLE in frappe.get_roles()


def _admit(opportunity: Document, process: Process) -> Entry:
    before = opportunity.get_doc_before_save()
    here = before.sales_stage if before else None
    verdict = verdict_on(opportunity, process, here, opportunity.sales_stage)
    if verdict.allowed:
        return Entry("Checked")
    reason = (opportunity.flags.stage_override or "").strip()
    if reason and may_override():
        return Entry("Override", reason)
    frappe.throw(
        _(
            "{0} cannot go on to {1} yet: {2}. Put these right, or ask a {3} to override with a reason."
        ).format(
            opportunity.name,
            frappe.bold(_(opportunity.sales_stage)),
            "; ".join(obstacles(opportunity, verdict)),
            _(OVERRIDE_ROLE),
        ),
        title=_("Stage Criteria Not Met"),
    )


def _why_unchecked(opportunity: Document) -> str:
    """The English source text that the history keeps where the criteria are not asked for; empty where they are."""
    if frappe.flags.in_import or opportunity.flags.in_import:
        return "not checked: import"
    if frappe.flags.in_migrate or frappe.flags.in_patch or frappe.flags.in_install:
        return "not checked: migration"
    if getattr(frappe.local, "job", None):
        return "not checked: background job"
    if opportunity.is_new() and opportunity.get("amended_from"):
        return "not checked: amendment"
    if opportunity.status in SETTLED:
        return "not checked: opportunity decided"
    return ""


def _set_probability(opportunity: Document, process: Process) -> None:
    """Set by the stage unless a hand has set it in the same save."""
    stage = process.stage(opportunity.sales_stage)
    if stage and not _typed_by_hand(opportunity):
        opportunity.probability = float(stage.best_probability)


def _typed_by_hand(opportunity: Document) -> bool:
    if opportunity.get_doc_before_save():
        return opportunity.has_value_changed("probability")
    default = opportunity.meta.get_field("probability").default
    return bool(opportunity.probability) and float(opportunity.probability) != float(default or 0)
