"""Campaign Return over the whole ledger beside ERPNext's Campaign Efficiency on the same data in the same run.

Needs a site filled by `bulk_data.py`. The first figure is what a user waits for: the whole report, all campaigns, all
years, with the extract as the hourly job leaves it and some hundred vouchers posted since.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter

import frappe

from crm_ext import erpnext_port
from crm_ext.marketing_automation.flow import campaign_extract
from crm_ext.marketing_automation.report.campaign_return import campaign_return
from crm_ext.marketing_automation.rules.attribution import MODELS

REPEATS = 3
START, END = date(2023, 1, 1), date(2026, 12, 31)


def measure(site: str) -> list[dict]:
    """Seconds of the report under each attribution model, of a refresh, and of ERPNext's report of campaigns."""
    invoices = frappe.db.count("Sales Invoice")
    size = f"{invoices:,} invoices, {frappe.db.count('GL Entry'):,} ledger rows, {frappe.db.count('Touchpoint'):,} touches"
    campaign_extract.refresh()
    theirs = _seconds(lambda: erpnext_port.campaign_efficiency(START, END))
    figures = [
        _figure(f"campaign return, {model}", size, _seconds(lambda model=model: _report(model)), theirs)
        for model in MODELS
    ]
    figures.append(
        _figure("campaign return, one month", size, _seconds(lambda: _report(MODELS[1], month=True)), theirs)
    )
    figures.append(_figure("refresh of the extract", size, _seconds(campaign_extract.refresh), None))
    return figures


def _report(model: str, month: bool = False) -> None:
    start, end = (date(2026, 10, 1), date(2026, 10, 31)) if month else (START, END)
    _columns, rows, *_rest = campaign_return.execute({"from_date": start, "to_date": end, "model": model})
    if not rows:
        raise SystemExit("The site has no campaigns to report on. Fill it by benchmarks/bulk_data.py first.")


def _seconds(work: Callable[[], None]) -> float:
    """Median of some runs after one that warms caches."""
    work()
    taken = []
    for _ in range(REPEATS):
        started = perf_counter()
        work()
        taken.append(perf_counter() - started)
    return median(taken)


def _figure(name: str, size: str, ours: float, erpnext: float | None) -> dict:
    return {
        "name": name,
        "size": size,
        "ours": round(ours, 3),
        "erpnext": None if erpnext is None else round(erpnext, 3),
        "ratio": None if erpnext is None else round(erpnext / ours, 1),
        "unit": "s",
    }
