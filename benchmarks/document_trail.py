"""The trail of an order with 200 documents: this app against ERPNext's own ways to find what hangs together.

ERPNext has two: the tree of linked submitted documents that 'Cancel All' walks (downstream only, names only), and the
connections of each form, which a person clicks through document by document. Both are measured on the same order in the
same run, with warm caches. What was made is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import frappe
from sales_case import order_with_documents

DOCUMENTS = 200
REPEATS = 7


def measure(site: str) -> list[dict]:
    """Statements and milliseconds for the whole trail, as median of repeats."""
    from crm_ext.api.trail import get_trail, get_trail_summary

    try:
        order = order_with_documents(DOCUMENTS)
        trail = get_trail("Sales Order", order)
        documents = [(document["doctype"], document["name"]) for document in trail["documents"]]
        ours = _measured(lambda: get_trail("Sales Order", order))
        brief = _measured(lambda: get_trail_summary("Sales Order", order))
        tree = _measured(lambda: _linked_documents(order), repeats=3)
        forms = _measured(lambda: _connections(documents), repeats=1)
    finally:
        frappe.db.rollback()
    size = f"order with {len(documents)} documents"
    return [
        *_figures("document_trail", size, ours, tree),
        *_figures("document_trail_panel", size, brief, tree),
        *_figures("document_trail_against_connections", size, ours, forms),
    ]


def statements_and_milliseconds(work: Callable[[], object]) -> tuple[int, float]:
    """What one run of `work` costs; every statement that reaches the database counts."""
    run, count = frappe.db.sql, 0

    def counted(*arguments, **options):
        nonlocal count
        count += 1
        return run(*arguments, **options)

    frappe.db.sql = counted
    begin = perf_counter()
    try:
        work()
        return count, (perf_counter() - begin) * 1000
    finally:
        frappe.db.sql = run


def _measured(work: Callable[[], object], repeats: int = REPEATS) -> tuple[int, float]:
    work()
    runs = [statements_and_milliseconds(work) for _ in range(repeats)]
    return max(count for count, _ in runs), median(milliseconds for _, milliseconds in runs)


def _linked_documents(order: str) -> None:
    from frappe.desk.form.linked_with import get_submitted_linked_docs

    get_submitted_linked_docs("Sales Order", order)


def _connections(documents: list[tuple[str, str]]) -> None:
    from frappe.desk.notifications import get_open_count

    for doctype, name in documents:
        # Payments and campaigns have no connections to count.
        if frappe.get_meta(doctype).get_dashboard_data().get("fieldname"):
            get_open_count(doctype, name)


def _figures(name: str, size: str, ours: tuple[int, float], erpnext: tuple[int, float]) -> list[dict]:
    return [
        {
            "name": name,
            "size": size,
            "ours": round(own, 1),
            "erpnext": round(other, 1),
            "ratio": round(other / own, 1),
            "unit": unit,
        }
        for own, other, unit in zip(ours, erpnext, ("statements", "ms"), strict=True)
    ]
