"""Reads where opportunities stand in their process."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.query_builder.functions import Count, IfNull

# An opportunity in one of these has come to its end; its last stay in a stage is over.
OUTCOME_OF_STATUS = {"Converted": "Won", "Lost": "Lost", "Closed": "Closed"}


def standing(opportunity: str) -> dict | None:
    """Stage and the running stay (`running`, `running_stage`, `entered_on`), if any; None where nothing is recorded.

    One query.
    """
    progress, passage = frappe.qb.DocType("Opportunity Progress"), frappe.qb.DocType("Stage Passage")
    rows = (
        frappe.qb.from_(progress)
        .left_join(passage)
        .on(
            (passage.parent == progress.name)
            & (passage.parenttype == "Opportunity Progress")
            & passage.left_on.isnull()
        )
        .select(
            progress.sales_stage,
            passage.name.as_("running"),
            passage.sales_stage.as_("running_stage"),
            passage.entered_on,
        )
        .where(progress.name == opportunity)
        .limit(1)
        .run(as_dict=True)
    )
    return rows[0] if rows else None


def document(opportunity: str, for_update: bool = False) -> Document | None:
    """The whole record, locked where it is going to be changed."""
    if not frappe.db.exists("Opportunity Progress", opportunity):
        return None
    return frappe.get_doc("Opportunity Progress", opportunity, for_update=for_update)


def done_activities(opportunity: str) -> set[tuple[str, str]]:
    """(stage, activity) of everything that has been ticked off."""
    rows = frappe.get_all(
        "Completed Activity",
        filters={"parent": opportunity, "parenttype": "Opportunity Progress"},
        fields=["sales_stage", "activity"],
        order_by="idx",
    )
    return {(row.sales_stage, row.activity) for row in rows}


def drifted(after: str, limit: int) -> list[dict]:
    """Opportunities whose record does not say what the opportunity says: no record, another stage, or another end.

    Changes that went past the document's events (direct writes to the table) show up here. At most `limit` rows, by
    name, from the one that follows `after`.
    """
    opportunity = frappe.qb.DocType("Opportunity")
    progress = frappe.qb.DocType("Opportunity Progress")
    passage = frappe.qb.DocType("Stage Passage")
    settled = opportunity.status.isin(list(OUTCOME_OF_STATUS))
    # A stage that was cleared in the form is an empty text, one that never was is nothing at all.
    stage = IfNull(opportunity.sales_stage, "")
    return (
        frappe.qb.from_(opportunity)
        .left_join(progress)
        .on(progress.name == opportunity.name)
        .left_join(passage)
        .on(
            (passage.parent == progress.name)
            & (passage.parenttype == "Opportunity Progress")
            & passage.left_on.isnull()
        )
        .select(
            opportunity.name,
            opportunity.sales_stage,
            opportunity.status,
            opportunity.opportunity_type,
            opportunity.company,
            opportunity.probability,
            opportunity.creation,
            opportunity.modified,
            progress.name.as_("progress"),
            progress.sales_stage.as_("recorded_stage"),
            passage.name.as_("running"),
            passage.entered_on,
        )
        .where(opportunity.name > after)
        .where(
            progress.name.isnull()
            | (IfNull(progress.sales_stage, "") != stage)
            | (settled & passage.name.isnotnull())
            | (~settled & passage.name.isnull() & (stage != ""))
        )
        .orderby(opportunity.name, order=Order.asc)
        .limit(limit)
        .run(as_dict=True)
    )


def passage_counts(opportunities: list[str]) -> dict[str, int]:
    """How many stays each record holds already."""
    if not opportunities:
        return {}
    passage = frappe.qb.DocType("Stage Passage")
    rows = (
        frappe.qb.from_(passage)
        .select(passage.parent, Count("*"))
        .where((passage.parenttype == "Opportunity Progress") & passage.parent.isin(opportunities))
        .groupby(passage.parent)
        .run()
    )
    return dict(rows)
