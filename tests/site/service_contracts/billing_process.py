"""Processes that bill: one parent with everything imported forks a child for each word it is told.

Words on standard input: `work RUN PLACE WORKERS` forks a child that bills and prints its process id, `credit CONTRACT` one
that gives the service credits of a contract; `wait` waits for all children and prints how many ended by themselves. A child is a process with a connection of its own; it can be killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import frappe

# The makers of the tests.
sys.path.insert(0, str(Path(__file__).parents[1]))


def connect(site: str) -> None:
    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.set_user("Administrator")
    frappe.flags.mute_emails = True


def work(site: str, run: str, place: str, workers: str) -> None:
    from crm_ext.service_contracts.flow import billing_run

    connect(site)
    billing_run.work(run, int(place), int(workers))
    frappe.destroy()


def credit(site: str, contract: str) -> None:
    from crm_ext.service_contracts.flow import service_credits

    connect(site)
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.get_all("Billed Period", limit=1, order_by="name")
    service_credits.give(contract)
    frappe.db.commit()
    frappe.destroy()


def warm_up() -> None:
    """One invoice, rolled back: children have everything imported, and are killed at their work and not at the imports."""
    import billing

    billing.contract(billing.customer().name, billing.monthly(billing.service().name))
    billing.run(billing.START)
    frappe.db.rollback()
    frappe.cache.delete_keys("document_cache::")


def main(site: str) -> None:
    os.chdir(os.path.join(os.environ["CRM_EXT_BENCH"], "sites"))
    connect(site)
    warm_up()
    frappe.destroy()
    children: list[int] = []
    print("ready", flush=True)
    for line in sys.stdin:
        word, *arguments = line.split()
        if word == "wait":
            ended = [os.waitpid(child, 0)[1] for child in children]
            children.clear()
            print(ended.count(0), flush=True)
            continue
        child = os.fork()
        if not child:
            {"work": work, "credit": credit}[word](site, *arguments)
            os._exit(0)
        children.append(child)
        print(child, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
