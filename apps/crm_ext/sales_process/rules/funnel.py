"""The lead-to-cash funnel: how many leads reach each stage, what they are worth there and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from crm_ext.shared.text import _lt

STAGES = (_lt("Lead"), _lt("Opportunity"), _lt("Quotation"), _lt("Order"), _lt("Invoice"), _lt("Payment"))


@dataclass(frozen=True)
class FunnelStage:
    """One step of the funnel.

    reached: leads that reached this stage or a later one (a sale without a quotation did pass that point).
    of_previous, of_leads: shares between 0 and 1; None where nothing reached the stage before.
    median_days: from the previous stage to this one, over the leads whose two dates are known; None without any.
    amount: worth of the documents at this stage in company currency; None for leads, which carry no amount.
    """

    name: str
    reached: int
    of_previous: float | None
    of_leads: float | None
    median_days: float | None
    amount: Decimal | None


def lead_to_cash(connection: duckdb.DuckDBPyConnection, journeys: str = "lead_journeys") -> list[FunnelStage]:
    """The funnel of the leads in a relation with one row a lead.

    journeys: name of a relation with `lead_on`, `opportunity_on`, `quotation_on`, `order_on`, `invoice_on`,
    `payment_on` (dates, empty where not reached) and `opportunity_amount` … `payment_amount` (company currency).
    """
    columns = []
    for number, stage in enumerate(STAGES):
        name = stage.lower()
        reached_dates = ", ".join(f"{later.lower()}_on" for later in STAGES[number:])
        columns.append(f"count(coalesce({reached_dates}))")
        columns.append("NULL" if number == 0 else f"sum({name}_amount)")
        columns.append("NULL" if number == 0 else _median_wait(STAGES[number - 1].lower(), name))
    row = connection.execute(f"SELECT {', '.join(columns)} FROM {journeys}").fetchone()
    stages: list[FunnelStage] = []
    for number, name in enumerate(STAGES):
        reached, amount, days = row[number * 3 : number * 3 + 3]
        previous = stages[-1].reached if stages else 0
        leads = stages[0].reached if stages else reached
        stages.append(
            FunnelStage(
                name=name,
                reached=reached,
                of_previous=reached / previous if previous else None,
                of_leads=reached / leads if leads else None,
                median_days=float(days) if days is not None else None,
                amount=amount if amount is None else Decimal(amount),
            )
        )
    return stages


def _median_wait(previous: str, stage: str) -> str:
    """A stage entered late (a quotation written after the order) counts as no wait, not as a negative one."""
    days = f"date_diff('day', {previous}_on, {stage}_on)"
    return f"median(greatest({days}, 0)) FILTER (WHERE {days} IS NOT NULL)"
