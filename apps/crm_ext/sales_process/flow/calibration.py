"""Corrects the probability of each stage by what became of the opportunities that passed it. Runs every night."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import frappe
from frappe.utils import getdate

from crm_ext.sales_process.flow import definitions
from crm_ext.sales_process.queries import outcomes as queries
from crm_ext.sales_process.queries import processes as process_queries
from crm_ext.sales_process.rules.calibration import Outcomes, calibrated_probability
from crm_ext.sales_process.rules.processes import Applies, Process, choose
from crm_ext.shared.money import to_decimal


def calibrate(today: date | None = None) -> int:
    """Calibrate every enabled process; the number of stages whose figures changed. Safe to run again."""
    enabled = process_queries.enabled()
    if not enabled:
        return 0
    processes = {row.name: definitions.load(row.name) for row in enabled}
    candidates = [Applies(row.name, row.opportunity_type or None, row.company or None) for row in enabled]
    observed = _observe(processes, candidates, today or getdate())
    changes = {}
    for name in processes:
        changes |= _changes(process_queries.definition(name), processes[name], observed)
    if changes:
        frappe.db.bulk_update("Sales Process Stage", changes, update_modified=False)
        for name in processes:
            frappe.clear_document_cache("Sales Process", name)
    return len(changes)


def _observe(
    processes: dict[str, Process], candidates: list[Applies], today: date
) -> dict[tuple[str, str], Outcomes]:
    """Decided opportunities by (process, stage): invoiced, given up, or too old to come to anything."""
    resolved, won = defaultdict(int), defaultdict(int)
    longest = max(process.horizon_days for process in processes.values())
    for row in queries.by_stage(longest):
        name = choose(candidates, row.opportunity_type or None, row.company)
        if name is None:
            continue
        too_old = row.transaction_date < today - timedelta(days=processes[name].horizon_days)
        if row.won or row.given_up or too_old:
            resolved[name, row.sales_stage] += row.opportunities
            won[name, row.sales_stage] += row.opportunities if row.won else 0
    return {key: Outcomes(count, won[key]) for key, count in resolved.items()}


def _changes(
    document: frappe.model.document.Document, process: Process, observed: dict[tuple[str, str], Outcomes]
) -> dict[str, dict]:
    """New figures of the rows that differ from what they say now, by row."""
    changes = {}
    for row, stage in zip(document.stages, process.stages, strict=True):
        outcomes = observed.get((process.name, stage.name), Outcomes(0, 0))
        probability = calibrated_probability(stage.probability, outcomes, process.prior_weight)
        if (to_decimal(row.calibrated_probability), row.observations) != (probability, outcomes.resolved):
            changes[row.name] = {
                "calibrated_probability": float(probability),
                "observations": outcomes.resolved,
            }
    return changes
