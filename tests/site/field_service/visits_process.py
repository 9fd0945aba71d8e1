"""A process of its own that orders due visits: for the test of what happens at the same moment, or when one is killed.

Arguments: site, company, 'commit' or 'die'. It says 'ready', waits for a line, works, and prints what it made as JSON;
with 'die' it stops after its first order, before it is committed, says 'inside' and waits to be killed.
"""

from __future__ import annotations

import json
import sys
import time


def main(site: str, company: str, how: str) -> None:
    import frappe

    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    # A worker has read something before it begins: its view of the data is older than the locks it gets.
    frappe.get_all("Bin", limit=1, order_by="name")
    from crm_ext.field_service.flow import maintenance_plans

    print("ready", flush=True)
    sys.stdin.readline()
    steps = 0

    def die() -> None:
        nonlocal steps
        steps += 1
        if steps == 1:
            frappe.db.commit()
            return
        print("inside", flush=True)
        time.sleep(60)

    print(
        json.dumps(maintenance_plans.order_due_visits(company, end_step=die if how == "die" else None)),
        flush=True,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
