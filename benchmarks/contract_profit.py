"""Contract Profit over 10,000 contracts beside ERPNext's Profitability Analysis by the same dimension, in the same run.

Needs a site filled by `bulk_data.py`; the contracts are added by `bulk_contracts.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import bulk_contracts
import frappe

from crm_ext import erpnext_port
from crm_ext.service_contracts.report.contract_profit import contract_profit
from crm_ext.service_contracts.rules.contract_profit import VIEWS

REPEATS = 3
START, END = "2025-11-20", "2026-11-19"


def measure(site: str) -> list[dict]:
    """Seconds of the whole report, all contracts, for each view."""
    bulk_contracts.prepare()
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    stamped = frappe.db.count("GL Entry", {"service_contract": ("is", "set")})
    size = (
        f"{frappe.db.count('Service Contract'):,} contracts, {stamped:,} of their ledger rows among "
        f"{frappe.db.count('GL Entry'):,}, {frappe.db.count('Sales Invoice'):,} invoices"
    )
    theirs = _seconds(lambda: _theirs(company))
    figures = []
    for view in VIEWS:
        ours = _seconds(lambda view=view: _ours(company, view))
        figures.append(
            {
                "name": f"contract profit by {view.lower()}",
                "size": size,
                "ours": round(ours, 3),
                "erpnext": round(theirs, 3),
                "ratio": round(theirs / ours, 1),
                "unit": "s",
            }
        )
    return figures


def _ours(company: str, view: str) -> None:
    filters = {"company": company, "from_date": START, "to_date": END, "view": view, "limit": 500}
    _columns, rows, *_rest = contract_profit.execute(filters)
    if not rows:
        raise SystemExit("There are no contracts to report on.")


def _theirs(company: str) -> None:
    erpnext_port.profitability_by_dimension(company, "Service Contract", START, END)


def _seconds(work: Callable[[], None]) -> float:
    """Median of some runs after one that warms caches."""
    work()
    taken = []
    for _ in range(REPEATS):
        started = perf_counter()
        work()
        taken.append(perf_counter() - started)
    return median(taken)
