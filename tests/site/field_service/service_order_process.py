"""A process of its own that submits an order or sends a report, for the tests of what happens at the same moment.

Arguments: site, verb, order, key. It says 'ready', waits for a line, does it in one transaction and prints the outcome as
JSON. With 'die' as the last argument it stops inside the transaction, says 'inside' and waits to be killed.
"""

from __future__ import annotations

import json
import sys
import time


def main(site: str, verb: str, order: str, key: str, dies: str = "") -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.get_all("Service Order", limit=1, order_by="name")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = VERBS[verb](order, key)
        if dies:
            print("inside", flush=True)
            time.sleep(60)
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        outcome = f"{type(error).__name__}: {error}"
    print(json.dumps(outcome), flush=True)


def finish(order: str, key: str):
    from crm_ext.field_service.flow import work_reports

    return work_reports.finish(order, key)["status"]


def submit(order: str, _key: str):
    import frappe

    frappe.get_doc("Service Order", order).submit()
    return "Completed"


def report(order: str, key: str):
    import frappe

    from crm_ext.field_service.flow import work_reports

    seal = frappe.get_all("Service Order Part", {"parent": order}, pluck="item_code", order_by="idx")[0]
    parts = [{"id": "p", "item_code": seal, "qty": 1}]
    return work_reports.record(order, key, {"parts": parts, "work_done": key})


VERBS = {"finish": finish, "submit": submit, "report": report}

if __name__ == "__main__":
    main(*sys.argv[1:])
