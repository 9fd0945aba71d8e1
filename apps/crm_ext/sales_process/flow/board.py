"""Puts the pipeline board together."""

from __future__ import annotations

from collections.abc import Mapping

from frappe import _
from frappe.utils import get_datetime, getdate, now_datetime

from crm_ext.sales_process.flow import definitions, guard
from crm_ext.sales_process.queries import board as queries
from crm_ext.sales_process.queries import facts as fact_queries
from crm_ext.sales_process.rules.passages import days_in_stage, is_over_limit, is_overdue
from crm_ext.sales_process.rules.processes import Process, TypeScope

PAGE_SIZE = 50


def load(company: str, process_name: str | None, filters: Mapping[str, str]) -> dict:
    """Columns of a process with totals and the first cards of each; {"process": None} where none serves the company.

    Amounts in the company's currency beside each opportunity's own. At most five queries, whatever the number of cards.
    """
    process = definitions.load(process_name) if process_name else definitions.process_for(None, company)
    served = definitions.served_types(process.name, company) if process else None
    if process is None or served is None:
        return {"process": process and process.name, "columns": []}
    scope = _scope(process, served, company, filters)
    totals = {row.stage: row for row in queries.totals(scope)}
    cards = _cards(process, queries.cards(scope, 0, PAGE_SIZE))
    return {
        "process": process.name,
        "currency": fact_queries.company_currency(company),
        "can_override": guard.may_override(),
        "page_size": PAGE_SIZE,
        "list_filters": _list_filters(served, company, filters),
        "columns": [_column(name, process, totals, cards) for name in _column_names(process, totals)],
    }


def more(company: str, process_name: str, filters: Mapping[str, str], stage: str, start: int) -> list[dict]:
    """The next cards of one column, from `start` on. stage '' is the column of stages unknown to the process."""
    process = definitions.load(process_name)
    served = definitions.served_types(process.name, company)
    if served is None:
        return []
    scope = {**_scope(process, served, company, filters), "stage": stage}
    return _cards(process, queries.cards(scope, max(start, 0), PAGE_SIZE)).get(stage, [])


def _scope(process: Process, served: TypeScope, company: str, filters: Mapping[str, str]) -> dict:
    return {
        **{key: filters.get(key) for key in queries.FILTER_COLUMNS},
        "company": company,
        "statuses": queries.OPEN_STATUSES,
        "stages": [stage.name for stage in process.stages],
        "only_type": served.only,
        "other_types": served.others,
    }


def _list_filters(served: TypeScope, company: str, filters: Mapping[str, str]) -> list[list]:
    """Filters that make the list view of opportunities show exactly what the board counts."""
    chosen = {**{key: filters.get(key) for key in queries.FILTER_COLUMNS}, "company": company}
    rows = [["status", "in", list(queries.OPEN_STATUSES)]]
    rows += [[queries.FILTER_COLUMNS[key], "=", value] for key, value in chosen.items() if value]
    if served.only:
        rows.append(["opportunity_type", "=", served.only])
    elif served.others:
        rows.append(["opportunity_type", "not in", list(served.others)])
    return rows


def _column_names(process: Process, totals: Mapping[str, dict]) -> list[str]:
    """The stages in order; before them the column of other stages, where there is anything in it."""
    return ([""] if "" in totals else []) + [stage.name for stage in process.stages]


def _column(name: str, process: Process, totals: Mapping[str, dict], cards: Mapping[str, list[dict]]) -> dict:
    total, stage = totals.get(name), process.stage(name)
    return {
        "stage": name,
        "label": _(name) if name else _("Other Stages"),
        "probability": float(stage.best_probability) if stage else None,
        "age_limit_days": stage.age_limit_days if stage else None,
        "guidance": stage.guidance if stage else "",
        "count": total.opportunities if total else 0,
        "value": float(total.value or 0) if total else 0.0,
        "weighted_value": float(total.weighted_value or 0) if total else 0.0,
        "cards": cards.get(name, []),
    }


def _cards(process: Process, rows: list[dict]) -> dict[str, list[dict]]:
    people = queries.people(sorted({row.owner for row in rows if row.owner}))
    now, today = now_datetime(), getdate()
    columns: dict[str, list[dict]] = {}
    for row in rows:
        stage = process.stage(row.sales_stage)
        age = days_in_stage(get_datetime(row.entered_on), now)
        person = people.get(row.owner) or {}
        columns.setdefault(row.stage, []).append(
            {
                "name": row.name,
                "party": row.customer_name or row.title or row.party_name,
                "party_type": row.opportunity_from,
                "value": float(row.value),
                "own_value": float(row.own_value),
                "currency": row.currency,
                "probability": row.probability,
                "age_days": age,
                "over_limit": is_over_limit(age, stage.age_limit_days if stage else None),
                "next_step": row.next_step,
                "next_step_date": row.next_step_date and str(row.next_step_date),
                "overdue": is_overdue(row.next_step_date, today),
                "owner": row.owner,
                "owner_name": person.get("full_name") or row.owner,
                "owner_image": person.get("user_image"),
            }
        )
    return columns
