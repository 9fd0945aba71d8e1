"""How long opportunities stay in each stage and how many go on; one stage opens into its opportunities."""

from __future__ import annotations

from frappe import _

from crm_ext.sales_process.flow import definitions
from crm_ext.sales_process.queries import durations as queries
from crm_ext.sales_process.rules.passages import HOURS_A_DAY, Stay, durations
from crm_ext.shared.money import rounded, to_decimal


def execute(filters: dict) -> tuple[list[dict], list[dict]] | tuple[list[dict], list[dict], None, dict]:
    """Finished stays by stage; with a stage chosen, the stays themselves. Without a process, the company's default."""
    company = filters["company"]
    named = filters.get("process")
    process = definitions.load(named) if named else definitions.process_for(None, company)
    served = definitions.served_types(process.name, company) if process else None
    if served is None:
        return _stage_columns(), []
    stays = queries.finished_stays(
        company,
        only_type=served.only,
        other_types=served.others,
        from_date=filters.get("from_date"),
        to_date=filters.get("to_date"),
        stage=filters.get("sales_stage"),
    )
    if filters.get("sales_stage"):
        return _stay_columns(), [_stay(row) for row in stays]
    lines = durations(
        [Stay(row.sales_stage, to_decimal(row.hours), row.outcome) for row in stays],
        [stage.name for stage in process.stages],
    )
    rows = [
        {
            "sales_stage": line.stage,
            "passages": line.passages,
            "median_days": float(line.median_days),
            "ninetieth_days": float(line.ninetieth_days),
            "conversion": float(line.conversion),
        }
        for line in lines
    ]
    return _stage_columns(), rows, None, _chart(rows)


def _stay(row: dict) -> dict:
    return {
        **row,
        "days": float(rounded(to_decimal(row.hours) / HOURS_A_DAY, 1)),
        "outcome": _(row.outcome or ""),
    }


def _chart(rows: list[dict]) -> dict:
    return {
        "type": "bar",
        # A chart that is still moving fails when the width of the page changes.
        "disableEntryAnimation": 1,
        "data": {
            "labels": [_(row["sales_stage"]) for row in rows],
            "datasets": [
                {"name": _("Median Days"), "values": [row["median_days"] for row in rows]},
                {"name": _("90th Percentile Days"), "values": [row["ninetieth_days"] for row in rows]},
            ],
        },
    }


def _stage_columns() -> list[dict]:
    return [
        _column("sales_stage", _("Sales Stage"), "Link", "Sales Stage", 240),
        _column("passages", _("Passages"), "Int"),
        _column("median_days", _("Median Days"), "Float"),
        _column("ninetieth_days", _("90th Percentile Days"), "Float", width=170),
        _column("conversion", _("Conversion"), "Percent"),
    ]


def _stay_columns() -> list[dict]:
    return [
        _column("opportunity", _("Opportunity"), "Link", "Opportunity", 200),
        _column("customer_name", _("Customer Name"), "Data", width=220),
        _column("entered_on", _("Entered On"), "Datetime", width=170),
        _column("left_on", _("Left On"), "Datetime", width=170),
        _column("days", _("Days"), "Float"),
        _column("outcome", _("Outcome"), "Data"),
    ]


def _column(fieldname: str, label: str, fieldtype: str, options: str = "", width: int = 130) -> dict:
    column = {
        "fieldname": fieldname,
        "label": label,
        "fieldtype": fieldtype,
        "options": options,
        "width": width,
    }
    return column | ({"precision": 1} if fieldtype in ("Float", "Percent") else {})
