"""Process definitions: read into rules, checked when saved, and the default one that an installation makes."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from crm_ext.sales_process.flow.sentences import refusal_sentence
from crm_ext.sales_process.queries import processes as queries
from crm_ext.sales_process.rules.processes import (
    Activity,
    Applies,
    Criterion,
    Process,
    Stage,
    TypeScope,
    check_definition,
    check_unique,
    choose,
    type_scope,
)
from crm_ext.shared.money import rounded, to_decimal

DEFAULT_PROCESS = "Standard Sales"


def process_for(opportunity_type: str | None, company: str | None) -> Process | None:
    """The process that serves opportunities of a type in a company, or None where none is enabled for them."""
    name = choose(_candidates(), opportunity_type or None, company or None)
    return load(name) if name else None


def load(name: str) -> Process:
    return to_rules(queries.definition(name))


def served_types(process: str, company: str) -> TypeScope | None:
    """Which opportunity types of a company the process serves; None where another serves them all."""
    return type_scope(_candidates(), process, company)


def validate(document: Document) -> None:
    """Refuse a definition that could not be followed, with a sentence that names the row at fault."""
    refusal = check_definition(to_rules(document))
    if refusal is None and document.enabled:
        refusal = check_unique(_applies(document), _candidates())
    if refusal is not None:
        frappe.throw(refusal_sentence(refusal))


def create_default() -> None:
    """One process over the site's sales stages, for a site that has stages and no process yet.

    Probabilities rise evenly from stage to stage; users set their own.
    """
    stages = queries.standing_stages()
    if not stages or frappe.db.count("Sales Process"):
        return
    process = frappe.new_doc("Sales Process", process_name=DEFAULT_PROCESS)
    # Not left out, since a new document would be given the default company of whoever installs.
    process.company = ""
    for index, stage in enumerate(stages, start=1):
        percent = rounded(to_decimal(100 * index) / (len(stages) + 1), 0)
        process.append("stages", {"sales_stage": stage, "probability": percent})
    # Made by the installation or the setup wizard, not by a user.
    process.insert(ignore_permissions=True)


def to_rules(document: Document) -> Process:
    return Process(
        name=document.name,
        opportunity_type=document.opportunity_type or None,
        company=document.company or None,
        prior_weight=to_decimal(document.prior_weight),
        horizon_days=document.horizon_days or 0,
        stages=tuple(
            Stage(
                name=row.sales_stage,
                probability=to_decimal(row.probability),
                age_limit_days=row.age_limit_days or None,
                guidance=row.guidance or "",
                calibrated_probability=to_decimal(row.calibrated_probability),
                observations=row.observations or 0,
            )
            for row in document.stages
        ),
        activities=tuple(
            Activity(row.sales_stage, row.activity, row.kind, bool(row.required))
            for row in document.activities
        ),
        criteria=tuple(
            Criterion(
                stage=row.sales_stage,
                fact=row.fact,
                operator=row.operator,
                threshold=to_decimal(row.threshold),
                activity=row.activity or "",
                required=row.enforcement == "Required",
            )
            for row in document.criteria
        ),
    )


def _candidates() -> list[Applies]:
    return [_applies(row) for row in queries.enabled()]


def _applies(row: Document | dict) -> Applies:
    return Applies(row.name, row.opportunity_type or None, row.company or None)
