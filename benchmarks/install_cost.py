"""What having the app costs ERPNext: the same documents on a site with the app and on one without, turn by turn.

Two processes, one for each site, make one document each in alternation, so that both meet the same load of the machine.
Time, CPU time of the process and statements sent to the database are compared within each pair. Everything is rolled
back but the masters; settings stand as an installation leaves them. For documents that have nothing to do with the app
the statements must be equal.

CRM_EXT_PLAIN_SITE names the site with ERPNext alone; it must be made like the measured one, but for the app.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import frappe

PAIRS = int(os.environ.get("CRM_EXT_PAIRS", "60"))
BENCH = Path(os.environ.get("CRM_EXT_BENCH", Path.home() / "crm-ext-bench"))
SALES = ("Sales Invoice", "Sales Order")
UNRELATED = ("ToDo", "Item", "Purchase Order")


def measure(site: str) -> list[dict]:
    """Milliseconds and statements of each kind of document, with the app ('ours') and without ('erpnext')."""
    plain = os.environ.get("CRM_EXT_PLAIN_SITE")
    if not plain:
        print(
            "install_cost needs CRM_EXT_PLAIN_SITE, a site with ERPNext alone; it is left out.",
            file=sys.stderr,
        )
        return []
    with Worker(site) as ours, Worker(plain) as theirs:
        size = "5 lines, insert and submit"
        figures = [figure for doctype in SALES for figure in compared(doctype, ours, theirs, PAIRS, size)]
        return figures + [compared(doctype, ours, theirs, 5)[-1] for doctype in UNRELATED]


def compared(work: str, ours: Worker, theirs: Worker, pairs: int, size: str = "") -> list[dict]:
    """Time, CPU time and statements of one kind of work, done in turn by both."""
    for worker in (ours, theirs):
        worker.run(work)
        worker.run(work)
    runs = []
    for number in range(pairs):
        order = (ours, theirs) if number % 2 else (theirs, ours)
        taken = {worker: worker.run(work) for worker in order}
        runs.append((taken[ours], taken[theirs]))
    figures = []
    for position, (what, unit) in enumerate((("time", "ms"), ("CPU time", "ms"), ("statements", "number"))):
        figures.append(
            {
                "name": f"{work}: {what}",
                "size": f"{pairs} pairs, {size}" if size else f"{pairs} pairs",
                "ours": round(median(mine[position] for mine, _ in runs), 2),
                "erpnext": round(median(plain[position] for _, plain in runs), 2),
                # What disturbed the machine disturbed both of a pair.
                "ratio": round(median(mine[position] / plain[position] for mine, plain in runs), 4),
                "unit": unit,
            }
        )
    return figures


class Worker:
    """A process connected to one site, which does a named work when asked to.

    works: called in that process; what it can do, by name. Everything that it does then is rolled back.
    """

    def __init__(self, site: str, works: Callable[[], dict[str, Callable[[], object]]] | None = None):
        self.site = site
        self.works = works or _makers

    def __enter__(self) -> Worker:
        context = multiprocessing.get_context("spawn")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.site, far_end, self.works), daemon=True)
        self._process.start()
        return self

    def run(self, work: str) -> tuple[float, float, int]:
        """(milliseconds, CPU milliseconds, statements)."""
        self._pipe.send(work)
        return self._pipe.recv()

    def __exit__(self, *_) -> None:
        self._pipe.send(None)
        self._process.join()


def _serve(site: str, pipe: Connection, works: Callable[[], dict[str, Callable[[], object]]]) -> None:
    os.chdir(BENCH / "sites")
    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True
    makers = works()
    statements = 0
    original = frappe.db.sql

    def counting(*args, **kwargs):
        nonlocal statements
        statements += 1
        return original(*args, **kwargs)

    frappe.db.sql = counting
    while work := pipe.recv():
        statements, started, used = 0, perf_counter(), process_time()
        makers[work]()
        pipe.send(((perf_counter() - started) * 1000, (process_time() - used) * 1000, statements))
        frappe.db.rollback()
    frappe.destroy()


def _makers() -> dict[str, Callable[[], object]]:
    """How one document of each kind is made, after the masters that they name."""
    company = frappe.db.get_single_value("Global Defaults", "default_company")
    guard_offers(False)
    group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = {"item_group": group, "stock_uom": "Nos", "is_stock_item": 0}
    for doctype, name, values in (
        ("Item", "Measured Service", {"item_code": "Measured Service", **item}),
        ("Customer", "Measured Customer", {"customer_name": "Measured Customer"}),
        ("Supplier", "Measured Supplier", {"supplier_name": "Measured Supplier"}),
    ):
        if not frappe.db.exists(doctype, name):
            frappe.get_doc({"doctype": doctype, **values}).insert()
    # Kept, so that rolling back a document does not take its customer away.
    frappe.db.commit()
    today = frappe.utils.nowdate()
    base = {"company": company, "due_date": today, "delivery_date": today, "schedule_date": today}
    base["items"] = [{"item_code": "Measured Service", "qty": number + 1, "rate": 100} for number in range(5)]

    def submitted(doctype: str, **party: str) -> Callable[[], object]:
        return lambda: frappe.get_doc({"doctype": doctype, **base, **party}).insert().submit()

    return {
        "Sales Invoice": submitted("Sales Invoice", customer="Measured Customer"),
        "Sales Order": submitted("Sales Order", customer="Measured Customer"),
        "Purchase Order": submitted("Purchase Order", supplier="Measured Supplier"),
        "ToDo": lambda: frappe.get_doc({"doctype": "ToDo", "description": "Measured"}).insert(),
        "Item": lambda: frappe.get_doc(
            {"doctype": "Item", "item_code": frappe.generate_hash(length=12), **item}
        ).insert(),
    }


def guard_offers(guarded: bool) -> None:
    """Switch floors, holds and reasons of the offer desk on, or off as an installation leaves them, where the app is."""
    if "crm_ext" in frappe.get_installed_apps():
        switches = dict.fromkeys(("has_default_floor", "hold_on_submit", "reason_for_changes"), int(guarded))
        frappe.get_doc("Offer Desk Settings").update({**switches, "default_margin_floor": 10}).save()
