"""The guided sales process: what it costs to save an opportunity, and how long the pipeline board takes to load.

Saving is measured in pairs, the same document with and without this app's events. The board is measured beside the call
with which the framework's Kanban view loads the same opportunities: all cards at once, without sums, ages or next steps.
Everything is rolled back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

import frappe

from crm_ext.api import sales_process as api
from crm_ext.sales_process.flow import reconciliation

OPPORTUNITIES, PAIRS, REPEATS = 5_000, 40, 7
KANBAN_FIELDS = [
    *(
        "name",
        "title",
        "sales_stage",
        "customer_name",
        "party_name",
        "status",
        "opportunity_owner",
        "modified",
    ),
    *(
        "_assign",
        "_comments",
        "_user_tags",
        "opportunity_amount",
        "currency",
        "probability",
        "expected_closing",
    ),
]


def measure(site: str) -> list[dict]:
    """Milliseconds, medians; ratio above 1 where this app is faster, for the cost of events ours over ERPNext's."""
    frappe.flags.in_test = True  # Nothing in between is committed.
    try:
        process = _process()
        pattern = _opportunity(process)
        figures = [_save(pattern), _stage_change(process, pattern)]
        _copy(pattern, process, OPPORTUNITIES)
        return [*figures, *_board(process, pattern.company)]
    finally:
        frappe.db.rollback()


def _process() -> frappe.model.document.Document:
    kind = frappe.get_doc({"doctype": "Opportunity Type", "name": frappe.generate_hash(length=8)}).insert()
    stages = frappe.get_all("Sales Stage", pluck="name", order_by="creation")
    return frappe.get_doc(
        {
            "doctype": "Sales Process",
            "process_name": f"Measured {kind.name}",
            "opportunity_type": kind.name,
            "stages": [{"sales_stage": stage, "probability": 10, "age_limit_days": 14} for stage in stages],
        }
    ).insert()


def _opportunity(process: frappe.model.document.Document) -> frappe.model.document.Document:
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    customer = frappe.get_doc({"doctype": "Customer", "customer_name": process.name}).insert()
    return frappe.get_doc(
        {
            "doctype": "Opportunity",
            "opportunity_from": "Customer",
            "party_name": customer.name,
            "opportunity_type": process.opportunity_type,
            "company": company,
            "currency": frappe.get_cached_value("Company", company, "default_currency"),
            "conversion_rate": 1,
            "opportunity_amount": 1000,
            "opportunity_owner": "Administrator",
            "sales_stage": process.stages[0].sales_stage,
        }
    ).insert()


def _save(opportunity: frappe.model.document.Document) -> dict:
    def change(number: int) -> float:
        opportunity.title = f"Title {number}"
        return _milliseconds(opportunity.save)

    return _paired("opportunity saved, stage unchanged", change)


def _stage_change(
    process: frappe.model.document.Document, opportunity: frappe.model.document.Document
) -> dict:
    stages = [row.sales_stage for row in process.stages]

    def change(number: int) -> float:
        opportunity.sales_stage = stages[(stages.index(opportunity.sales_stage) + 1) % len(stages)]
        return _milliseconds(opportunity.save)

    return _paired("opportunity saved, stage changed and recorded", change)


def _paired(name: str, change: Callable[[int], float]) -> dict:
    with_events, without_events = [], []
    change(-1)
    for number in range(PAIRS):
        with_events.append(change(2 * number))
        with _without_our_events():
            without_events.append(change(2 * number + 1))
    ours, erpnext = median(with_events), median(without_events)
    return _figure(name, f"{PAIRS} pairs", ours, erpnext, ours / erpnext)


@contextmanager
def _without_our_events() -> Iterator[None]:
    everything = frappe.get_doc_hooks()
    others = {
        event: [handler for handler in handlers if not handler.startswith("crm_ext.")]
        for event, handlers in everything.get("Opportunity", {}).items()
    }
    frappe.local.doc_events_hooks = {**everything, "Opportunity": others}
    try:
        yield
    finally:
        frappe.local.doc_events_hooks = everything


def _copy(
    pattern: frappe.model.document.Document, process: frappe.model.document.Document, count: int
) -> None:
    """Rows like the opportunity that ERPNext made, spread over the stages, with their records."""
    dice = random.Random(1)
    stages = [row.sales_stage for row in process.stages]
    (row,) = frappe.get_all("Opportunity", filters={"name": pattern.name}, fields=["*"], order_by="name")
    columns = list(row)
    rows = [
        {
            **row,
            "name": f"measured-{process.name}-{number}",
            "sales_stage": dice.choice(stages),
            "opportunity_amount": dice.randrange(1_000, 100_000),
        }
        for number in range(count)
    ]
    frappe.db.bulk_insert("Opportunity", columns, [[one[column] for column in columns] for one in rows])
    reconciliation.reconcile()


def _board(process: frappe.model.document.Document, company: str) -> list[dict]:
    def ours() -> None:
        api.board(company, process.name)

    def kanban() -> None:
        frappe.get_list(
            "Opportunity",
            fields=KANBAN_FIELDS,
            filters={"opportunity_type": process.opportunity_type},
            order_by="modified desc",
            limit_page_length=0,
        )

    own, theirs = _milliseconds_of(ours), _milliseconds_of(kanban)
    size = f"{OPPORTUNITIES} opportunities"
    statements = _statements(ours), _statements(kanban)
    return [
        _figure("pipeline board loaded", size, own, theirs, theirs / own),
        _figure("pipeline board statements", size, *statements, statements[1] / statements[0], "statements"),
    ]


def _milliseconds_of(work: Callable[[], None]) -> float:
    work()
    return median(_milliseconds(work) for _number in range(REPEATS))


def _milliseconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return (perf_counter() - begun) * 1000


def _statements(work: Callable[[], None]) -> int:
    run, count = frappe.db.sql, 0

    def counted(*arguments, **options):
        nonlocal count
        count += 1
        return run(*arguments, **options)

    frappe.db.sql = counted
    try:
        work()
    finally:
        frappe.db.sql = run
    return count


def _figure(name: str, size: str, ours: float, erpnext: float, ratio: float, unit: str = "ms") -> dict:
    return {
        "name": name,
        "size": size,
        "ours": round(ours, 1),
        "erpnext": round(erpnext, 1),
        "ratio": round(ratio, 2),
        "unit": unit,
    }
