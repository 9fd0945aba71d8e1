"""The billing run against ERPNext's Subscription, on the same customers and the same item, in the same run.

10,000 active contracts are laid into the database from one that was submitted. With none of them due, a run looks and
ends; with 1,000 due, invoices are made by one process, and of 1,000 others by two. Each process works as a background job
does, with everything imported. ERPNext's way is Subscription.process_all; it is measured on 100 subscriptions, all due,
and reckoned in invoices a second, which favours it: its walk becomes no faster with more. What was made is removed.
"""

from __future__ import annotations

import multiprocessing
from datetime import timedelta
from time import perf_counter

import frappe
from frappe.utils import getdate

CONTRACTS = 10_000
DUE = 1_000
SUBSCRIPTIONS = 100
CUSTOMERS = 50


def measure(site: str) -> list[dict]:
    """Seconds of a run with nothing due, and invoices a second with one process and with two."""
    mark = frappe.generate_hash(length=8)
    try:
        base = _base(mark)
        _lay_contracts(base, mark)
        idle = min(_idle(base) for _ in range(3))
        subscriptions = _subscriptions(base)
        walked = _walk_idle(subscriptions)
        erpnext = SUBSCRIPTIONS / _process(subscriptions)
        one = DUE / _bill(site, base, 1)
        two = DUE / _bill(site, base, 2)
    finally:
        frappe.db.rollback()
        _remove(mark)
    all_idle = walked / SUBSCRIPTIONS * CONTRACTS
    return [
        _figure(
            "billing_run_idle",
            f"{CONTRACTS} contracts, none due; ERPNext by {SUBSCRIPTIONS}",
            idle,
            all_idle,
            all_idle / idle,
            "s",
        ),
        _figure(
            "billing_run",
            f"{DUE} due, one process; ERPNext by {SUBSCRIPTIONS}",
            one,
            erpnext,
            one / erpnext,
            "invoices/s",
        ),
        _figure("billing_run_two", f"{DUE} due, two processes", two, one, two / one, "invoices/s"),
    ]


def _figure(name: str, size: str, ours: float, erpnext: float, ratio: float, unit: str) -> dict:
    """The third figure compares two processes with one of our own."""
    return {
        "name": name,
        "size": size,
        "ours": round(ours, 3),
        "erpnext": round(erpnext, 3),
        "ratio": round(ratio, 2),
        "unit": unit,
    }


# What both ways bill


def _base(mark: str) -> frappe._dict:
    company = frappe.get_all("Company", pluck="name", order_by="creation", limit=1)[0]
    group = frappe.get_all("Item Group", {"is_group": 0}, pluck="name", order_by="lft", limit=1)[0]
    item = {"doctype": "Item", "item_code": f"Service {mark}", "item_group": group, "stock_uom": "Nos"}
    frappe.get_doc({**item, "is_stock_item": 0}).insert()
    customers = [
        frappe.get_doc({"doctype": "Customer", "customer_name": f"Plant {number} {mark}"}).insert().name
        for number in range(CUSTOMERS)
    ]
    return frappe._dict(company=company, item=item["item_code"], customers=customers, today=getdate())


def _lay_contracts(base: frappe._dict, mark: str) -> None:
    """The first contract is submitted as people submit it; the others are copies of its rows."""
    line = {"item_code": base.item, "qty": 1, "rate": 100, "interval_unit": "Month", "interval_count": 1}
    template = frappe.get_doc(
        {
            "doctype": "Service Contract",
            "title": mark,
            "customer": base.customers[0],
            "company": base.company,
            "currency": frappe.get_cached_value("Company", base.company, "default_currency"),
            "start_date": base.today,
            "lines": [line],
        }
    )
    template.insert().submit()
    for table, own in (("Service Contract", "name"), ("Service Contract Line", "parent")):
        row = frappe.db.sql(f"select * from `tab{table}` where {own} = %s", template.name, as_dict=True)[0]
        columns = list(row)
        rows = []
        for number in range(1, CONTRACTS):
            copy = {**row, "name": f"{mark}{number:05d}" if own == "name" else f"{mark[:4]}{number:05d}"}
            if own == "parent":
                copy["parent"] = f"{mark}{number:05d}"
            else:
                copy["customer"] = base.customers[number % CUSTOMERS]
            rows.append([copy[column] for column in columns])
        frappe.db.bulk_insert(table, columns, rows, chunk_size=2000)
    base.mark, base.template = mark, template.name
    # Nothing is due for a long time; `_bill` lets as many as it needs fall due.
    _postpone(base, 365)
    frappe.db.commit()


def _postpone(base: frappe._dict, days: int) -> None:
    day = base.today + timedelta(days=days)
    frappe.db.sql(
        "update `tabService Contract` set next_billing_date = %s where title = %s", (day, base.mark)
    )


def _new_run(base: frappe._dict) -> str:
    run = frappe.get_doc({"doctype": "Billing Run", "up_to": base.today, "posting_date": base.today}).insert()
    frappe.db.set_value("Billing Run", run.name, "status", "Queued")
    frappe.db.commit()
    base.setdefault("runs", []).append(run.name)
    return run.name


def _idle(base: frappe._dict) -> float:
    from crm_ext.service_contracts.flow import billing_run

    begin = perf_counter()
    billing_run.work(_new_run(base))
    return perf_counter() - begin


def _bill(site: str, base: frappe._dict, processes: int) -> float:
    """Seconds until the invoices of the contracts that fall due are made; processes begin when all are ready."""
    frappe.db.sql(
        """
        update `tabService Contract` set next_billing_date = %s
        where title = %s and docstatus = 1 and last_billing_run is null order by name limit %s
        """,
        (base.today, base.mark, DUE),
    )
    run = _new_run(base)
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(processes + 1)
    workers = [
        context.Process(target=_work, args=(site, run, place, processes, ready)) for place in range(processes)
    ]
    # A connection is not shared with a child.
    frappe.destroy()
    for worker in workers:
        worker.start()
    ready.wait()
    begin = perf_counter()
    for worker in workers:
        worker.join()
    seconds = perf_counter() - begin
    _connect(site)
    made = frappe.db.get_value("Billing Run", run, "invoices")
    assert made == DUE, f"{made} invoices instead of {DUE}"
    return seconds


def _work(site: str, run: str, place: int, workers: int, ready: object) -> None:
    _connect(site)
    from crm_ext.service_contracts.flow import billing_run

    frappe.new_doc("Sales Invoice")
    ready.wait()
    billing_run.work(run, place, workers)


def _connect(site: str) -> None:
    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True


# ERPNext's way


def _subscriptions(base: frappe._dict) -> list[str]:
    plan = frappe.get_doc(
        {
            "doctype": "Subscription Plan",
            "plan_name": f"Plan {base.mark}",
            "item": base.item,
            "currency": frappe.get_cached_value("Company", base.company, "default_currency"),
            "price_determination": "Fixed Rate",
            "cost": 100,
            "billing_interval": "Month",
            "billing_interval_count": 1,
        }
    ).insert()
    names = []
    for number in range(SUBSCRIPTIONS):
        subscription = {
            "doctype": "Subscription",
            "company": base.company,
            "party_type": "Customer",
            "party": base.customers[number % CUSTOMERS],
            "start_date": base.today,
            "generate_invoice_at": "Beginning of the current subscription period",
            "generate_new_invoices_past_due_date": 1,
            "submit_invoice": 1,
            "plans": [{"plan": plan.name, "qty": 1}],
        }
        names.append(frappe.get_doc(subscription).insert().name)
    frappe.db.commit()
    return names


def _walk_idle(subscriptions: list[str]) -> float:
    """Nothing of them is due on the day before their first."""
    from erpnext.accounts.doctype.subscription.subscription import process_all

    begin = perf_counter()
    process_all(subscriptions, getdate() - timedelta(days=1))
    return perf_counter() - begin


def _process(subscriptions: list[str]) -> float:
    from erpnext.accounts.doctype.subscription.subscription import process_all

    begin = perf_counter()
    process_all(subscriptions, getdate())
    seconds = perf_counter() - begin
    made = frappe.db.count("Sales Invoice", {"subscription": ("in", subscriptions), "docstatus": 1})
    assert made == len(subscriptions), f"{made} invoices instead of {len(subscriptions)}"
    return seconds


def _remove(mark: str) -> None:
    """Everything that was committed under this mark."""
    customers = frappe.get_all("Customer", {"name": ("like", f"%{mark}")}, pluck="name", order_by="name")
    contracts = frappe.get_all("Service Contract", {"title": mark}, pluck="name", order_by="name")
    invoices = frappe.get_all(
        "Sales Invoice", {"customer": ("in", customers or [""])}, pluck="name", order_by="name"
    )
    subscriptions = frappe.get_all(
        "Subscription", {"party": ("in", customers or [""])}, pluck="name", order_by="name"
    )
    runs = frappe.get_all(
        "Service Contract",
        {"title": mark, "last_billing_run": ("is", "set")},
        pluck="last_billing_run",
        distinct=True,
        order_by="last_billing_run",
    )
    for names, tables in (
        (invoices, [("GL Entry", "voucher_no"), ("Payment Ledger Entry", "voucher_no")]),
        (
            invoices,
            [(table.options, "parent") for table in frappe.get_meta("Sales Invoice").get_table_fields()],
        ),
        (invoices, [("Sales Invoice", "name")]),
        (contracts, [("Service Contract Line", "parent"), ("Contract Version", "parent")]),
        (contracts, [("Billed Period", "service_contract"), ("Service Contract", "name")]),
        (subscriptions, [("Subscription Plan Detail", "parent"), ("Subscription", "name")]),
        (runs, [("Billing Run", "name")]),
        (customers, [("Customer", "name")]),
        ([f"Service {mark}"], [("Item", "name")]),
        ([f"Plan {mark}"], [("Subscription Plan", "name")]),
    ):
        for table, column in tables:
            if names:
                frappe.db.delete(table, {column: ("in", names)})
    frappe.db.commit()
    frappe.clear_cache()
